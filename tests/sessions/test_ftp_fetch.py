"""Whole downloads: their size and time, and going on after failures."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simcom_async.at.command import Service
from simcom_async.errors import (
    CommandFailed,
    CommandTimeout,
    FtpError,
    LimitExceeded,
    ModemRestarted,
    ProtocolError,
    UsageError,
)
from simcom_async.modem import Modem
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_fetch import FtpTransfer, WriterGoal
from simcom_async.sessions.resumption import TransferResumed
from simcom_async.sites import FtpFault, FtpSite, generated
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import LoseBearer, LoseBytes, Reset
from tests.sessions.cftp_ends import DOWN
from tests.sessions.cftp_ends import site_session as cftp_session
from tests.sessions.ftp_ends import FAMILIES, WAYS, FastClock, Gathered, site_session
from tests.sessions.ftp_peer import FtpPeer, Unchecked, block, done, streamed, talk
from tests.sessions.peer import OK

BODY = generated(0, 50_000)
OLD, NEW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def verbs(site: object) -> list[str]:
    return [command.verb for command in site.commands]  # type: ignore[attr-defined]


# Goals


async def test_to_a_path(tmp_path: Path) -> None:
    async with site_session({"/d/f": BODY}) as (site, _, _, ftp):
        moved = await ftp.download("/d/f", tmp_path / "f")
        assert moved == FtpTransfer("/d/f", 0, len(BODY), digest(BODY))
        assert (tmp_path / "f").read_bytes() == BODY
        assert "SIZE" not in verbs(site)


async def test_to_a_writer_awaited_or_not() -> None:
    class Slow:
        def __init__(self) -> None:
            self.data = b""

        async def write(self, data: bytes) -> None:
            self.data += data

    async with site_session({"/f": BODY}) as (_, _, _, ftp):
        for writer in (io.BytesIO(), Slow()):
            moved = await ftp.download("/f", writer)  # type: ignore[arg-type]
            assert (moved.moved, moved.sha256) == (len(BODY), digest(BODY))
            data = writer.getvalue() if isinstance(writer, io.BytesIO) else writer.data
            assert data == BODY


async def test_a_writer_keeps_what_it_has() -> None:
    goal = WriterGoal(io.BytesIO())
    assert await goal.open(5) == 0
    assert goal.write(b"ab") is None
    await goal.keep()
    assert await goal.open(5) == 2
    await goal.commit()
    assert goal.checksum == digest(b"ab")


# Size and time


async def test_the_size_is_asked_for_where_somebody_wants_to_see_it() -> None:
    async with site_session({"/f": BODY}) as (_, _, _, ftp):
        told: list[tuple[int, int | None]] = []
        await ftp.download("/f", Gathered(), progress=lambda *moved: told.append(moved))
        assert told[-1] == (50_000, 50_000)
        told.clear()
        await ftp.download("/f", Gathered(), offset=40_000, progress=lambda *moved: told.append(moved))
        assert (told[0], told[-1]) == ((41_460, 50_000), (50_000, 50_000))


async def test_a_server_that_does_not_tell_it_is_no_hindrance_where_it_is_not_needed() -> None:
    async with site_session({"/f": BODY}) as (site, _, _, ftp):
        site.faults.append(FtpFault(command="SIZE", reply="550 no"))
        gathered, told = Gathered(), []
        await ftp.download("/f", gathered, progress=lambda *moved: told.append(moved))
        assert gathered.data == BODY
        assert told[-1] == (50_000, None)
        for options in ({"offset": 5}, {"resume": True}, {"via": "memory"}):
            with pytest.raises(FtpError, match="77"):
                await ftp.download("/f", Gathered(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("offset", [0, 1, 49_999, 50_000])
async def test_from_an_offset(offset: int, tmp_path: Path) -> None:
    async with site_session({"/f": BODY}) as (_, _, _, ftp):
        moved = await ftp.download("/f", tmp_path / "f", offset=offset)
        assert (tmp_path / "f").read_bytes() == BODY[offset:]
        assert moved == FtpTransfer("/f", offset, 50_000 - offset, digest(BODY[offset:]))


async def test_an_offset_behind_the_end(tmp_path: Path) -> None:
    async with site_session({"/f": BODY}) as (site, _, _, ftp):
        with pytest.raises(LimitExceeded, match="/f has 50000 bytes, none from 50001 on") as caught:
            await ftp.download("/f", tmp_path / "f", offset=50_001)
        assert (caught.value.field, caught.value.value, caught.value.allowed) == ("offset", 50_001, "0 to 50000")
        assert "RETR" not in verbs(site)
        assert names(tmp_path) == []


async def test_text_has_no_size_to_be_held_to(tmp_path: Path) -> None:
    async with site_session({"/t": b"one\ntwo\n"}) as (site, _, modem, _):
        async with modem.ftp(*site.address, user="user", password="secret", binary=False) as ftp:
            told: list[tuple[int, int | None]] = []
            await ftp.download("/t", tmp_path / "t", progress=lambda *moved: told.append(moved))
        assert (tmp_path / "t").read_bytes() == b"one\r\ntwo\r\n"
        assert told == [(10, None)]


async def test_one_that_ends_well_and_too_soon_is_not_believed(tmp_path: Path) -> None:
    peer = FtpPeer(**{"AT+FTPSIZE": done("+FTPSIZE", 0, 5), "AT+FTPGET=1": OK + "\r\n+FTPGET: 1,1\r\n"})
    peer.on("AT+FTPGET=2,1460", block(b"four") + b"\r\n+FTPGET: 1,0\r\n")
    async with talk(peer) as at:
        with pytest.raises(ProtocolError, match="it ended well after 4 bytes, but its size is 5"):
            await at.clock.run_until(at.ftp.download("/f", Gathered(), progress=lambda *_: None), 60)


# Going on


@pytest.mark.parametrize("there", ["part", "place"])
@pytest.mark.parametrize(("dialect", "via"), [(family, way) for family in FAMILIES for way in WAYS[family]])
async def test_what_is_there_is_gone_on_with(dialect: str, via: str, there: str, tmp_path: Path) -> None:
    async with site_session(dialect=dialect) as (site, _, _, ftp):
        site.publish("/f", BODY, modified=OLD)
        local = tmp_path / ("f.part" if there == "part" else "f")
        local.write_bytes(BODY[:20_000])
        os.utime(local, (OLD.timestamp(), OLD.timestamp()))
        moved = await ftp.download("/f", tmp_path / "f", resume=True, via=via)
        assert moved == FtpTransfer("/f", 20_000, 30_000, digest(BODY))
        assert (tmp_path / "f").read_bytes() == BODY
        assert names(tmp_path) == ["f"]
        again = await ftp.download("/f", tmp_path / "f", resume=True, via=via)
        assert again == FtpTransfer("/f", 50_000, 0, digest(BODY))
        assert verbs(site).count("RETR") == 1


async def test_a_part_of_another_time_is_not(tmp_path: Path) -> None:
    async with site_session(dialect="sim7000") as (site, _, _, ftp):
        site.publish("/f", BODY, modified=NEW)
        part = tmp_path / "f.part"
        part.write_bytes(b"another version")
        os.utime(part, (OLD.timestamp(), OLD.timestamp()))
        moved = await ftp.download("/f", tmp_path / "f", resume=True)
        assert moved.offset == 0
        assert (tmp_path / "f").read_bytes() == BODY
        assert (tmp_path / "f").stat().st_mtime == NEW.timestamp()


async def test_what_is_longer_than_the_original_is_left_alone(tmp_path: Path) -> None:
    async with site_session({"/f": b"short"}) as (_, _, _, ftp):
        (tmp_path / "f").write_bytes(BODY)
        with pytest.raises(UsageError, match="it is no part of it"):
            await ftp.download("/f", tmp_path / "f", resume=True)
        assert (tmp_path / "f").read_bytes() == BODY


@pytest.mark.parametrize("fault", [LoseBearer, Reset])
@pytest.mark.parametrize("to", ["path", "writer"])
async def test_failures_that_pass_are_gone_on_after(fault: type[LoseBearer | Reset], to: str, tmp_path: Path) -> None:
    body = generated(0, 800_000)
    async with site_session({"/f": body}, clock=FastClock(20)) as (site, virtual, _, ftp):
        virtual.faults.add(fault(command="FTPGET=1", offset=300_000))
        gathered = Gathered()
        moved = await ftp.download("/f", tmp_path / "f" if to == "path" else gathered, resume=True)
        assert ((tmp_path / "f").read_bytes() if to == "path" else gathered.data) == body
        assert moved.sha256 == digest(body)
        assert 0 < moved.offset < 800_000
        assert verbs(site).count("RETR") == 2


async def test_but_not_for_ever(tmp_path: Path) -> None:
    async with site_session({"/f": BODY}, clock=FastClock(50)) as (site, _, _, ftp):
        site.faults.append(FtpFault(command="RETR", after=0, reply="426 no"))
        with pytest.raises(FtpError, match="79"):
            await ftp.download("/f", tmp_path / "f", resume=True)
        assert verbs(site).count("RETR") == 6
        assert names(tmp_path) == []


async def test_as_long_as_bytes_come_in_between(tmp_path: Path) -> None:
    async with site_session({"/f": BODY}, clock=FastClock(50)) as (site, _, _, ftp):
        site.faults.append(FtpFault(command="RETR", after=5_000, reply="426 no"))
        await ftp.download("/f", tmp_path / "f", resume=True)
        assert (tmp_path / "f").read_bytes() == BODY
        assert verbs(site).count("RETR") >= 9


async def test_nor_after_what_stays(tmp_path: Path) -> None:
    async with site_session({"/f": BODY}) as (site, _, _, ftp):
        with pytest.raises(FtpError, match="77"):
            await ftp.download("/none", tmp_path / "f", resume=True)
        assert verbs(site).count("SIZE") == 1


@pytest.mark.parametrize(
    ("answer", "error"), [("\r\nRDY\r\n", ModemRestarted), ("\r\nERROR\r\n", CommandFailed), (None, CommandTimeout)]
)
async def test_what_fails_is_as_the_last_try_did(answer: str | None, error: type[Exception]) -> None:
    async with talk(FtpPeer(**{"AT+FTPSIZE": answer})) as at:
        with pytest.raises(error):
            await at.clock.run_until(at.ftp.download("/f", Gathered(), resume=True), 3_000)
        assert at.peer.lines.count("AT+FTPSIZE") == 6


def unplug(virtual: VirtualModem) -> None:
    """The cable is out for two minutes."""
    virtual.unplug()
    virtual.clock.call_at(virtual.clock.time() + 120, virtual.plug)


Strike = Callable[[VirtualModem], None]
STRIKES: dict[str, Strike] = {
    "bearer": lambda virtual: virtual.network.lose_bearer(1),
    "restart": lambda virtual: virtual.reset(),
    "unplugged": unplug,
}


def cases(ways: list[tuple[object, str]]) -> list[Any]:
    """Each strike in each way; in the ordinary run the cable is out in the first way only."""
    return [
        pytest.param(strike, *way, marks=pytest.mark.long if strike == "unplugged" and way != ways[0] else ())
        for strike in STRIKES
        for way in ways
    ]


async def struck(site: FtpSite, virtual: VirtualModem, strike: Strike) -> None:
    """When the server has said so much, it strikes."""
    await site.gate.held()
    strike(virtual)
    site.gate.open()


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("to", ["path", "writer"])
async def test_what_has_changed_meanwhile_is_not_mixed(dialect: str, to: str, tmp_path: Path) -> None:
    first, second = generated(0, 60_000), generated(5, 70_000)
    async with site_session(dialect=dialect, clock=FastClock(20)) as (site, virtual, modem, ftp):
        site.publish("/f", first, modified=OLD)
        site.gate.shut(after=30_000)
        virtual.spawn(lambda: struck(site, virtual, STRIKES["bearer"]))
        modem.bus.on(TransferResumed, lambda _: site.publish("/f", second, modified=NEW))
        if to == "path":
            moved = await ftp.download("/f", tmp_path / "f", resume=True)
            assert (tmp_path / "f").read_bytes() == second
            assert (moved.offset, moved.sha256) == (0, digest(second))
        else:
            gathered = Gathered()
            with pytest.raises(FtpError, match="it changed while it was fetched, after"):
                await ftp.download("/f", gathered, resume=True)
            assert first.startswith(gathered.data)
        assert names(tmp_path) == (["f"] if to == "path" else [])


async def struck_on_the_way(
    session: tuple[FtpSite, VirtualModem, Modem, FtpSession], strike: str, local: Path, via: str
) -> list[TransferResumed]:
    """A download that is struck behind 40,000 bytes and goes on; what is told of it."""
    site, virtual, modem, ftp = session
    site.gate.shut(after=40_000)
    virtual.spawn(lambda: struck(site, virtual, STRIKES[strike]))
    with modem.bus.subscribe(TransferResumed) as resumed:
        await ftp.download("/f", local, resume=True, via=via)
        return resumed.take()


@pytest.mark.parametrize(("strike", "dialect", "via"), cases([(one, way) for one in FAMILIES for way in WAYS[one]]))
async def test_every_interruption_is_told(strike: str, dialect: str, via: str, tmp_path: Path) -> None:
    body = generated(0, 60_000)
    async with site_session({"/f": body}, dialect, clock=FastClock(50)) as session:
        told = await struck_on_the_way(session, strike, tmp_path / "f", via)
    assert (tmp_path / "f").read_bytes() == body
    assert [event.service for event in told] == [Service.FTP]
    assert told[0].offset < 60_000
    assert told[0].why


@pytest.mark.parametrize(("strike", "tls", "via"), cases([(tls, way) for tls in (False, True) for way in DOWN[tls]]))
async def test_every_interruption_of_a_sim7100_is_told(strike: str, tls: bool, via: str, tmp_path: Path) -> None:
    body = generated(0, 60_000)
    clock = FastClock(50)
    async with cftp_session({"/f": body}, tls=tls, clock=clock) as session:
        told = await struck_on_the_way(session, strike, tmp_path / "f", via)
    assert (tmp_path / "f").read_bytes() == body
    if not (tls and strike == "bearer"):  # there the session itself logs in once more, and asks again
        assert {event.service for event in told} == {Service.FTPS if tls else Service.FTP}


@pytest.mark.parametrize("options", [{"offset": 5}, {"binary": False}])
async def test_what_cannot_be_gone_on_with(options: dict[str, object], tmp_path: Path) -> None:
    binary = bool(options.pop("binary", True))
    async with talk(FtpPeer(), binary=binary) as at:
        with pytest.raises(UsageError, match="resume: not with") as caught:
            await at.ftp.download("/f", tmp_path / "f", resume=True, **options)  # type: ignore[arg-type]
        assert caught.value.field == "resume"
        assert at.peer.lines == []


@pytest.mark.parametrize("to", ["path", "writer"])
async def test_what_lost_bytes_somewhere_is_not_gone_on_with(to: str, tmp_path: Path) -> None:
    body = generated(1, 10_000)
    async with site_session({"/f": body}, "sim7000", clock=FastClock(20)) as (_, virtual, _, ftp):
        virtual.faults.add(LoseBytes(command="FTPETGET=1", offset=5_000, count=3, times=1))
        if to == "path":
            await ftp.download("/f", tmp_path / "f", resume=True, via="etx")
            assert (tmp_path / "f").read_bytes() == body
        else:
            with pytest.raises(ProtocolError, match="it ended well after"):
                await ftp.download("/f", Gathered(), resume=True, via="etx")


async def test_without_flow_control_a_stream_is_held_to_its_size() -> None:
    peer = FtpPeer(**{"AT+FTPSIZE": done("+FTPSIZE", 0, 6), "AT+FTPETGET=1": OK.encode() + streamed(b"short")})
    peer.host = Unchecked(peer.host)  # type: ignore[assignment]
    async with talk(peer, "sim7000") as at:
        with pytest.raises(ProtocolError, match="it ended well after 5 bytes, but its size is 6"):
            await at.clock.run_until(at.ftp.download("/f", Gathered(), via="etx"), 60)
