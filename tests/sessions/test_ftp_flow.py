"""What every way of carrying FTP has in common."""

from __future__ import annotations

import dataclasses

import pytest

from simcom_async.commands.ftp_settings import FtpCid
from simcom_async.dialects.sim800 import SIM800
from simcom_async.dialects.sim7000 import SIM7000
from simcom_async.dialects.sim7100 import SIM7100
from simcom_async.errors import UsageError
from simcom_async.sessions.ftp_application import ApplicationFlow
from simcom_async.sessions.ftp_flow import FtpWay, chosen_way
from simcom_async.sessions.ftp_login import FtpLogin
from tests.sessions.ftp_peer import FtpPeer, talk


@pytest.mark.parametrize(
    ("via", "way"),
    [(None, None), ("blocks", FtpWay.BLOCKS), ("memory", FtpWay.MEMORY), ("etx", FtpWay.ETX), (FtpWay.ETX, FtpWay.ETX)],
)
def test_ways_have_names(via: str | None, way: FtpWay | None) -> None:
    assert chosen_way(via) is way


@pytest.mark.parametrize("via", ["", "BLOCKS", "http", 5, b"etx"])
def test_there_are_no_others(via: object) -> None:
    with pytest.raises(UsageError, match="allowed are blocks, memory, etx") as caught:
        chosen_way(via)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.value) == ("via", via)


def test_a_flow_is_taken_where_all_that_it_needs_is_spoken() -> None:
    login = FtpLogin(host="h")
    assert ApplicationFlow.carries(SIM800, login)
    assert ApplicationFlow.carries(SIM7000, login)
    assert not ApplicationFlow.carries(SIM7100, login)
    without = tuple(command for command in SIM800.commands if command is not FtpCid)
    assert not ApplicationFlow.carries(dataclasses.replace(SIM800, commands=without), login)
    assert not ApplicationFlow.carries(SIM800, FtpLogin(host="h", tls=True))


async def test_it_is_made_for_one_server() -> None:
    async with talk(FtpPeer()) as at:
        assert at.ftp.flow.login is at.ftp.login
        assert at.ftp.flow.service.dialect is SIM800
