from __future__ import annotations

import pytest

from simcom_async.errors import UsageError
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import (
    KINDS,
    FailServer,
    InsertBytes,
    LoseBytes,
    Reset,
    ServerFailure,
    Split,
    Stray,
    read_faults,
)
from tests.virtual.client import Client

OK = b"\r\nOK\r\n"


async def test_each_fault_sees_what_those_before_it_left(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(InsertBytes(offset=2, data=b"ab"))
    virtual.faults.add(LoseBytes(offset=2))
    await client.ask(b"AT", b"\r\nbOK\r\n")
    assert len(virtual.faults) == 2


async def test_without_faults_there_is_nothing_to_do(virtual: VirtualModem) -> None:
    assert not virtual.faults
    virtual.faults.add(Split())
    assert virtual.faults
    virtual.faults.clear()
    assert not virtual.faults


async def test_faults_can_be_added_and_removed_under_way(virtual: VirtualModem, client: Client) -> None:
    fault = virtual.faults.add(LoseBytes(offset=2, times=None))
    await client.ask(b"AT", b"\r\nK\r\n")
    virtual.faults.remove(fault)
    await client.ok(b"AT")


def test_every_kind_has_a_name_of_its_own() -> None:
    assert {"split", "lose-bytes", "no-final", "fail-server", "remove-sim"} <= set(KINDS)
    assert len(set(KINDS.values())) == len(KINDS)


def test_reading_a_script() -> None:
    faults = read_faults(
        """
        [[fault]]
        kind = "split"
        size = 3

        [[fault]]
        kind = "stray"
        line = "RING"
        before = "HTTPACTION"

        [[fault]]
        kind = "insert-bytes"
        data = "\\u00ff"
        offset = 7
        command = "HTTPREAD"

        [[fault]]
        kind = "fail-server"
        failure = "dns"

        [[fault]]
        kind = "reset"
        at = 1.5
        """
    )
    split, stray, insert, fail, reset = faults
    assert isinstance(split, Split)
    assert split.size == 3
    assert isinstance(stray, Stray)
    assert (stray.line, stray.before) == ("RING", "HTTPACTION")
    assert isinstance(insert, InsertBytes)
    assert (insert.data, insert.offset, insert.command) == (b"\xff", 7, "HTTPREAD")
    assert isinstance(fail, FailServer)
    assert fail.failure is ServerFailure.DNS
    assert isinstance(reset, Reset)
    assert reset.at == 1.5
    assert read_faults("") == []


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[[fault", "faults"),
        ("fault = 1", "fault"),
        ("[[fault]]\nsize = 1", "kind"),
        ('[[fault]]\nkind = "nonsense"', "kind"),
        ('[[fault]]\nkind = "split"\nspeed = 1', "speed"),
        ('[[fault]]\nkind = "stray"', "stray"),
        ('[[fault]]\nkind = "fail-server"\nfailure = "fire"', "fail-server"),
    ],
)
def test_a_script_that_is_wrong(text: str, field: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_faults(text)
    assert caught.value.field == field
