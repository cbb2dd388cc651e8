"""FTP by the FTP application of the SIM800 and the SIM7000."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from simcom_async.at.command import Command
from simcom_async.commands.ftp import FtpGet, FtpPut
from simcom_async.commands.ftp_files import FtpDeleWrite
from simcom_async.dialects.sim800 import SIM800
from simcom_async.errors import (
    CommandFailed,
    FtpError,
    LimitExceeded,
    ProtocolError,
    UnsupportedService,
    UsageError,
)
from simcom_async.sessions.ftp import FtpSession
from tests.sessions.ftp_ends import Gathered
from tests.sessions.ftp_peer import CREDIT, FtpPeer, Talk, block, done, streamed, talk
from tests.sessions.peer import ERROR, OK

Verb = Callable[[FtpSession], Awaitable[object]]


async def do(at: Talk, verb: Verb) -> object:
    return await at.clock.run_until(verb(at.ftp), 300)


def said(at: Talk, *tags: str) -> list[str]:
    return [line for line in at.peer.lines if line.startswith(tuple(f"AT+FTP{tag}" for tag in tags))]


def without(*commands: type[Command[object]]) -> object:
    """A SIM800 that does not speak these."""
    return dataclasses.replace(
        SIM800, commands=tuple(command for command in SIM800.commands if command not in commands)
    )


VERBS: dict[str, tuple[Verb, str, list[str]]] = {
    "size": (
        lambda ftp: ftp.size("d/f"),
        done("+FTPSIZE", 0, 7),
        ['AT+FTPGETPATH="/d/"', 'AT+FTPGETNAME="f"', "AT+FTPSIZE"],
    ),
    "mtime": (
        lambda ftp: ftp.mtime("f"),
        done("+FTPMDTM", 0, "20140409060951"),
        ['AT+FTPGETPATH="/"', 'AT+FTPGETNAME="f"', "AT+FTPMDTM"],
    ),
    "delete": (
        lambda ftp: ftp.delete("f"),
        done("+FTPDELE"),
        ['AT+FTPGETPATH="/"', 'AT+FTPGETNAME="f"', "AT+FTPDELE"],
    ),
    "mkdir": (lambda ftp: ftp.mkdir("d/e"), done("+FTPMKD"), ['AT+FTPGETPATH="/d/e"', "AT+FTPMKD"]),
    "rmdir": (lambda ftp: ftp.rmdir("/d"), done("+FTPRMD"), ['AT+FTPGETPATH="/d"', "AT+FTPRMD"]),
    "rename": (
        lambda ftp: ftp.rename("d/a", "d/b"),
        done("+FTPRENAME"),
        ['AT+FTPGETPATH="/d/"', 'AT+FTPGETNAME="a"', 'AT+FTPPUTPATH="/d/"', 'AT+FTPPUTNAME="b"', "AT+FTPRENAME"],
    ),
}


@pytest.mark.parametrize("name", VERBS)
async def test_verbs_without_data(name: str) -> None:
    verb, answer, lines = VERBS[name]
    async with talk(FtpPeer(**{lines[-1]: answer}), "sim7000") as at:
        await do(at, verb)
        assert at.peer.lines[-len(lines) :] == lines
        tag = lines[-1].removeprefix("AT")
        at.peer.on(lines[-1], done(tag, 77))
        with pytest.raises(FtpError, match="77"):
            await do(at, verb)
        at.peer.on(lines[-1], ERROR)
        at.peer.on("AT+FTPDELE=1", ERROR)
        with pytest.raises(CommandFailed):
            await do(at, verb)


async def test_what_they_return() -> None:
    async with talk(FtpPeer(**{"AT+FTPSIZE": VERBS["size"][1], "AT+FTPMDTM": VERBS["mtime"][1]}), "sim7000") as at:
        assert await do(at, VERBS["size"][0]) == 7
        assert await do(at, VERBS["mtime"][0]) == datetime(2014, 4, 9, 6, 9, 51, tzinfo=UTC)
        assert at.ftp.tells_time


@pytest.mark.parametrize("name", ["size", "mtime"])
async def test_a_good_end_without_what_was_asked_for(name: str) -> None:
    verb, _, lines = VERBS[name]
    async with talk(FtpPeer(**{lines[-1]: done(lines[-1].removeprefix("AT"))}), "sim7000") as at:
        with pytest.raises(ProtocolError, match="the module says that it went well, and no"):
            await do(at, verb)


async def test_a_deletion_that_is_refused_is_tried_in_the_form_of_the_note() -> None:
    async with talk(FtpPeer(**{"AT+FTPDELE": ERROR, "AT+FTPDELE=1": done("+FTPDELE")}), "sim7000") as at:
        await do(at, lambda ftp: ftp.delete("f"))
        assert at.peer.lines[-2:] == ["AT+FTPDELE", "AT+FTPDELE=1"]


async def test_but_not_by_a_module_that_has_no_such_form() -> None:
    assert not SIM800.speaks(FtpDeleWrite)
    async with talk(FtpPeer(**{"AT+FTPDELE": ERROR})) as at:
        with pytest.raises(CommandFailed, match="FTPDELE"):
            await do(at, lambda ftp: ftp.delete("f"))
        assert at.peer.lines[-1] == "AT+FTPDELE"


async def test_a_list_is_read_in_blocks() -> None:
    listing = b"-rw-r--r-- 1 u g 5 Jan 01 2023 f\r\n" * 50
    peer = FtpPeer(**{"AT+FTPLIST=1": OK + "\r\n+FTPLIST: 1,1\r\n"})
    end = b"\r\n+FTPLIST: 1,0\r\n"
    peer.on("AT+FTPLIST=2,1460", block(listing[:1460], "+FTPLIST: 2"), block(listing[1460:], "+FTPLIST: 2") + end)
    async with talk(peer) as at:
        assert await do(at, lambda ftp: ftp.listing("/d")) == listing
        assert 'AT+FTPGETPATH="/d"' in at.peer.lines


async def test_quitting() -> None:
    async with talk(FtpPeer()) as at:
        await do(at, lambda ftp: ftp.quit())
        assert at.peer.lines == ["AT+FTPQUIT"]
        at.peer.on("AT+FTPQUIT", ERROR)
        await do(at, lambda ftp: ftp.quit())


# Which way is taken


def carrier(size: int = 5) -> FtpPeer:
    """A module that carries files by every way."""
    return FtpPeer(
        **{
            "AT+FTPSIZE": done("+FTPSIZE", 0, size),
            "AT+FTPGET=1": done("+FTPGET"),
            "AT+FTPEXTGET=1": done("+FTPEXTGET"),
            "AT+FTPEXTGET?": f"\r\n+FTPEXTGET: 1,0\r\n{OK}",
            "AT+FTPETGET=1": OK.encode() + streamed(b""),
            "AT+FTPPUT=1": OK + CREDIT,
            "AT+FTPPUT=2,0": done("+FTPPUT"),
            "AT+FTPETPUT=1": done("+FTPETPUT", 1),
        }
    )


@pytest.mark.parametrize(
    ("via", "line"),
    [(None, "AT+FTPGET=1"), ("blocks", "AT+FTPGET=1"), ("memory", "AT+FTPEXTGET=1"), ("etx", "AT+FTPETGET=1")],
)
async def test_the_way_down(via: str | None, line: str) -> None:
    async with talk(carrier(0), "sim7000") as at:
        await do(at, lambda ftp: ftp.download("f", Gathered(), via=via))
        assert said(at, "GET=", "EXTGET=1", "ETGET") == [line]


@pytest.mark.parametrize(
    ("via", "line"),
    [(None, "AT+FTPPUT=1"), ("blocks", "AT+FTPPUT=1"), ("memory", "AT+FTPEXTPUT=1"), ("etx", "AT+FTPETPUT=1")],
)
async def test_the_way_up(via: str | None, line: str) -> None:
    peer = carrier()
    if via == "memory":
        peer.on("AT+FTPPUT=1", done("+FTPPUT"))
    peer.credit = "\r\n+FTPETPUT: 1,0\r\n" if via == "etx" else CREDIT
    async with talk(peer, "sim7000") as at:
        await do(at, lambda ftp: ftp.upload(b"abc", "f", via=via))
        assert said(at, "PUT=1", "EXTPUT=1", "ETPUT=1")[0] == line


@pytest.mark.parametrize(("option", "word"), [({}, "STOR"), ({"append": True}, "APPE"), ({"unique": True}, "STOU")])
async def test_what_becomes_of_an_upload(option: dict[str, bool], word: str) -> None:
    async with talk(carrier()) as at:
        await do(at, lambda ftp: ftp.upload(b"", "f", **option))  # type: ignore[arg-type]
        assert f'AT+FTPPUTOPT="{word}"' in at.peer.lines


async def test_without_blocks_the_next_way_is_taken_as_far_as_it_goes() -> None:
    dialect = without(FtpGet, FtpPut)
    async with talk(carrier(0), dialect) as at:  # type: ignore[arg-type]
        await do(at, lambda ftp: ftp.download("f", Gathered()))
        assert "AT+FTPEXTGET=1" in at.peer.lines
        at.peer.lines.clear()
        at.peer.on("AT+FTPSIZE", done("+FTPSIZE", 0, 300_001))
        with pytest.raises(LimitExceeded):
            await do(at, lambda ftp: ftp.download("f", Gathered(), offset=0, progress=lambda *_: None))
        with pytest.raises(UnsupportedService, match="does not carry files by any way, allowed: none"):
            await do(at, lambda ftp: ftp.upload(b"abc", "f"))


@pytest.mark.parametrize(
    "verb",
    [
        lambda ftp: ftp.download("f", Gathered(), via="etx"),
        lambda ftp: ftp.upload(b"", "f", via="etx"),
        lambda ftp: ftp.mtime("f"),
        lambda ftp: ftp.rename("a", "b"),
    ],
)
async def test_what_a_module_has_no_command_for_is_refused_before_a_byte_is_sent(verb: Verb) -> None:
    async with talk(FtpPeer()) as at:
        with pytest.raises(UnsupportedService, match="sim800 dialect") as caught:
            await do(at, verb)
        assert caught.value.field in ("via", "service")
        assert at.peer.lines == []
        assert not at.ftp.tells_time


async def test_a_file_of_any_size_comes_in_blocks() -> None:
    async with talk(carrier(2**31)) as at:
        at.peer.on("AT+FTPGET=1", OK + "\r\n+FTPGET: 1,79\r\n")
        with pytest.raises(FtpError, match="79"):
            await do(at, lambda ftp: ftp.download("f", Gathered(), offset=5))
        assert "AT+FTPREST=5" in at.peer.lines


async def test_too_many_bytes_for_the_memory_are_refused_before_a_byte_is_sent() -> None:
    async with talk(FtpPeer()) as at:
        with pytest.raises(LimitExceeded, match="300000"):
            await do(at, lambda ftp: ftp.upload(bytes(300_001), "f", via="memory"))
        assert at.peer.lines == []


async def test_a_rename_stays_in_its_directory() -> None:
    async with talk(FtpPeer(), "sim7000") as at:
        with pytest.raises(UsageError):
            await do(at, lambda ftp: ftp.rename("/a/f", "/b/f"))
        assert at.peer.lines == []
