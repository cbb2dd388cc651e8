from __future__ import annotations

import dataclasses
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest

from simcom_async.errors import LinkError, PortLost, UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import (
    KINDS,
    FailServer,
    Fault,
    InsertBytes,
    LoseBytes,
    Reset,
    ServerFailure,
    Split,
    Stray,
    load_faults,
    read_faults,
)
from tests.virtual.client import Client
from tests.virtual.conftest import Start

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
        ('[[fault]]\nkind = "stray"', "line"),
        ('[[fault]]\nkind = "fail-server"\nfailure = "fire"', "failure"),
        ('[[fault]]\nkind = "insert-bytes"\ndata = "\u20ac"', "data"),
        ('[[fault]]\nkind = "split"\ntimes = "often"', "times"),
        ("fault = [1]", "fault"),
        ("size = 1", "size"),
        ("seed = true", "seed"),
        ("seed = " + "9" * 5_000, "faults"),
        ("fault = " + "[" * 5_000, "faults"),
    ],
)
def test_a_script_that_is_wrong(text: str, field: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_faults(text)
    assert caught.value.field == field
    assert caught.value.allowed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[fault]]\nkind = "reset"\n\n[[ fault ]] # 2\nkind = "split"\n"size" = 0\n', "line 6: split: size = 0: "),
        ('[[fault]]\nkind = "reset"\nsize = 1\n[[fault]]\nkind = "split"', "line 3: reset has no 'size': there are at"),
        ("\n[[fault]]\nat = 1", "line 2: it has no kind: there are delay, "),
        ('\n[[fault]]\nkind = "stray"', "line 2: stray needs 'line'"),
        ('fault = [{kind = "reset"}, {kind = "fire"}]', "fault 2: there is no kind 'fire': there are delay, "),
        ('speed = 1\n[[fault]]\nkind = "reset"', "'speed' stands outside of a fault: there are seed, fault"),
        ("[[fault]]\nkind = ", "no TOML: Invalid value (at end of document)"),
    ],
)
def test_it_says_where_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_faults(text)
    assert said in str(caught.value)


def test_files_that_are_wrong(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    with pytest.raises(UsageError, match=r"faults.toml: No such file"):
        load_faults(path)
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"faults.toml: it is not UTF-8"):
        load_faults(path)
    path.write_text('[[fault]]\nkind = "split"\nsize = 0\n')
    with pytest.raises(UsageError, match=r"faults.toml: line 3: split: size = 0") as caught:
        load_faults(path)
    assert (caught.value.field, caught.value.value) == ("size", 0)
    path.write_text('[[fault]]\nkind = "split"\ntimes = "always"\n')
    assert [fault.times for fault in load_faults(path)] == [None]


async def test_the_seed_of_a_fault_goes_before_that_of_the_modem(start: Start) -> None:
    text = '[[fault]]\nkind = "reset"\nat = 9\n[[fault]]\nkind = "reset"\nat = 9\nseed = 4\n'
    drawn = []
    for seed, head in ((1, "seed = 3\n"), (2, "seed = 3\n"), (2, "")):
        virtual = await start(seed=seed)
        drawn.append([virtual.faults.add(fault).random.random() for fault in read_faults(head + text)])
    assert drawn[0] == drawn[1]
    assert drawn[1][0] != drawn[2][0]
    assert drawn[1][1] == drawn[2][1]


# What docs/faults.md says


PAGE = (Path(__file__).parents[2] / "docs" / "faults.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```toml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
#: The section of each kind.
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE))
#: What no answer on this machine shows without a server.
UNSEEN = {"early-completion", "early-event", "fail-server"}
NEED_COMMAND = {KINDS[name] for name in ("early-completion", "early-event", "no-final", "wrong-count")}
COMMON = {one.name: one for one in dataclasses.fields(Fault) if one.init}


def shown(kind: type[Fault]) -> dict[str, str]:
    """The keys of a kind, with their defaults, as its section has to list them."""
    found = {}
    for one in dataclasses.fields(kind):
        if not one.init or (one.name in COMMON and one.default == COMMON[one.name].default):
            continue
        value = one.default
        if value is dataclasses.MISSING:
            found[one.name] = "needed"
        elif value is None:
            found[one.name] = "always" if one.name == "times" else "none"
        else:
            found[one.name] = json.dumps(value.decode("latin-1") if isinstance(value, bytes) else value)
    return found | ({"command": "needed"} if kind in NEED_COMMAND else {})


def test_the_page_has_a_section_for_every_kind() -> None:
    assert sorted(SECTIONS) == sorted(KINDS)
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE.partition("## Bytes")[0], re.MULTILINE)) == set(COMMON)
    failures = re.findall(r'^\| `"(\w+)"` \|', SECTIONS["fail-server"], re.MULTILINE)
    assert sorted(failures) == sorted(ServerFailure)


@pytest.mark.parametrize("name", KINDS)
def test_the_page_lists_every_key_with_its_default(name: str) -> None:
    line = re.search(r"^Keys: (.*)$", SECTIONS[name], re.MULTILINE)
    assert line is not None
    assert dict(re.findall(r"`(\w+)` \(([^)]*)\)", line[1])) == shown(KINDS[name])


def test_every_example_of_the_page_is_right() -> None:
    examples = EXAMPLE.findall(PAGE)
    assert len(examples) > len(KINDS)
    assert all(read_faults(example) for example in examples)


@pytest.mark.parametrize("name", KINDS)
async def test_the_example_of_a_kind_strikes_the_same_bytes_again(name: str) -> None:
    example = EXAMPLE.search(SECTIONS[name])
    assert example is not None
    assert {type(fault) for fault in read_faults(example[1])} == {KINDS[name]}
    heard = await dialogue(example[1], seed=7)
    assert heard == await dialogue(example[1], seed=7)
    assert (heard == await dialogue("", seed=7)) == (name in UNSEEN)


@pytest.mark.parametrize("name", ["split", "delay", "lose-bytes", "garble-bytes", "drop-line"])
async def test_another_seed_strikes_other_bytes(name: str) -> None:
    example = EXAMPLE.search(SECTIONS[name])
    assert example is not None
    assert await dialogue(example[1], seed=7) != await dialogue(example[1], seed=8)


async def dialogue(text: str, seed: int) -> list[tuple[float, bytes]]:
    """What a host reads, and when, in a dialogue with a module that has these faults."""
    clock = ManualClock()
    heard: list[tuple[float, bytes]] = []

    async def say(data: bytes) -> None:
        with suppress(LinkError):
            port.write(data)
        await clock.run(1)
        if lost:
            lost.clear()
            with suppress(LinkError):
                await port.open(lambda data: heard.append((clock.time(), data)), lost.append)

    async with VirtualModem("sim800", clock=clock, urc_delay=0, seed=seed) as virtual:
        port, lost = virtual.port(), [PortLost("not open yet")]
        for fault in read_faults(text):
            virtual.faults.add(fault)
        await say(b"")
        for line in (b"+CREG=1", b"+SAPBR=1,1", b"+HTTPINIT", b"+HTTPDATA=50,5000"):
            await say(b"AT" + line + b"\r")
        await say(bytes(range(65, 115)))
        for line in (b"+HTTPREAD", b"+CSQ", b"+HTTPREAD", b"+CSQ", b"+SAPBR=0,1", b"+SAPBR=1,1"):
            await say(b"AT" + line + b"\r")
        virtual.network.lose_bearer(1)
        for _ in range(6):
            await say(b"AT\r")
        await port.aclose()
    return heard
