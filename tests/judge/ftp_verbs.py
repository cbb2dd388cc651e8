"""The verbs of the FTP examples."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from simcom_async.commands.ftp import FtpCode
from simcom_async.errors import FtpError
from simcom_async.modem import Modem
from simcom_async.sessions.ftp import FtpSession
from tests.judge.ftp_needs import FtpPeer
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Does
from tests.judge.verb import Verb

__all__ = ["NO_VERB", "VERBS"]

FAMILIES = ("sim800", "sim7000")
#: A session says of a transfer what the examples leave as it is when the module starts, asks the size of a file that
#: has to reach up to the offset or fit into the memory, and ends what was given up, by a host before it, too.
ALSO = r'AT\+FTP(PORT=21|MODE=1|TYPE="I"|PUTOPT="STOR"|REST=0|PUTPATH="/"|SIZE|EXTGET\?|EXTPUT=0|STATE|QUIT)'
#: Names and paths stand in no order that would mean anything.
SETTINGS = r"AT\+FTP(CID|SERV|UN|PW|GETNAME|GETPATH|PUTNAME|PUTPATH|REST)="
#: Blocks of another size than that of the example. To delete, a session tries the form of the AT manual first, and that
#: of the SIM7000 FTP note only when the module does not know it (device-facts 8.4).
PIECES = (
    r"(?<=AT\+FTPGET=2),\d+|(?<=AT\+FTPPUT=2),[1-9]\d*|(?<=AT\+FTPLIST=2),\d+|(?<=AT\+FTPEXTGET=3),\d+,\d+"
    r"|(?<=AT\+FTPDELE)=1"
)

Work = Callable[[FtpSession, FtpPeer], Coroutine[Any, Any, None]]


def ftp(work: Work, *, password: str | None = None, spare: str = "(?!)", **options: Any) -> Verb:
    """Work with the server of the example, which neither pauses nor waits for an erring host."""

    async def act(modem: Modem, around: Surroundings) -> None:
        peer = around.peer(FtpPeer)
        assert peer is not None
        peer.site.gate.open()
        need = peer.need
        secret = need["password"] if password is None else password
        async with modem.ftp(need["host"], need["port"], user=need["user"], password=secret) as session:
            await work(session, peer)

    return Verb(act=act, also=ALSO, settings=SETTINGS, pieces=PIECES, spare=spare, options=options)


def get(**options: Any) -> Work:
    """The whole file comes down."""

    async def work(session: FtpSession, peer: FtpPeer) -> None:
        (path,) = peer.bodies
        found = BytesIO()
        await session.download(path, found, **options)
        assert found.getvalue() == peer.bodies[path][options.get("offset", 0) :]

    return work


def put(**options: Any) -> Work:
    """What the example enters goes up."""

    async def work(session: FtpSession, peer: FtpPeer) -> None:
        (expected,) = peer.need["expect"]
        entry = next(step for step in peer.transcript.steps if step.does is Does.ENTRY)
        data = peer.transcript.entry(entry).removesuffix(b"\x03")
        await session.upload(data, expected["path"], **options)
        assert peer.site.read(expected["path"]) == data

    return work


def fails(code: FtpCode) -> Work:
    """The file does not come, and this is why."""

    async def work(session: FtpSession, peer: FtpPeer) -> None:
        with pytest.raises(FtpError) as failed:
            await session.download("/1K.txt", BytesIO())
        assert failed.value.code == code

    return work


async def again(session: FtpSession, peer: FtpPeer) -> None:
    """The whole file, and once more from an offset on."""
    await get()(session, peer)
    await get(offset=20)(session, peer)


async def listed(session: FtpSession, peer: FtpPeer) -> None:
    """A directory that holds but itself and the one above, and where the example has it a file."""
    assert [entry.name for entry in await session.list("/")] == [".", ".."]
    if peer.transcript.family == "sim7000":
        assert [(entry.name, entry.size) for entry in await session.list("/1K.txt")] == [("1K.txt", 1024)]


async def directory(session: FtpSession, peer: FtpPeer) -> None:
    """A directory that comes and goes."""
    await session.mkdir("/test")
    assert peer.site.exists("/test")
    await session.rmdir("/test")
    assert not peer.site.exists("/test")


async def delete(session: FtpSession, peer: FtpPeer) -> None:
    """A file that goes."""
    await session.delete("/1K.txt")
    assert peer.site.paths == []


async def rename(session: FtpSession, peer: FtpPeer) -> None:
    """A file that gets another name."""
    await session.rename("/1K.txt", "/1.txt")
    assert peer.site.files == {"/1.txt": peer.bodies["/1K.txt"]}


async def size(session: FtpSession, peer: FtpPeer) -> None:
    """The size of a file."""
    assert await session.size("/1K.txt") == 1024


async def mtime(session: FtpSession, peer: FtpPeer) -> None:
    """When a file was modified."""
    assert await session.mtime("/1K.txt") == datetime(2014, 4, 9, 6, 9, 51, tzinfo=UTC)


async def quits(session: FtpSession, peer: FtpPeer) -> None:
    """A download that is ended before the server has let the module in."""
    download = asyncio.create_task(fails(FtpCode.QUIT)(session, peer))
    await peer.site.told("USER")
    await session.quit()
    await download


#: The session names each file, and sets the password once: the example does so beforehand, and sets it again.
EACH: Mapping[str, Verb] = {
    "badpassword": ftp(fails(FtpCode.PASSWORD_ERROR), password="3214567", spare=r'AT\+FTPPW="\*{5}"'),
    "break": ftp(again),
    "dele": ftp(delete),
    "extput": ftp(put(via="memory")),
    "get": ftp(get()),
    "list": ftp(listed, spare=r'AT\+FTPGETNAME="1K.txt"'),
    "mkd-rmd": ftp(directory),
    "put": ftp(put()),
    "size": ftp(size),
    "timeout-network": ftp(fails(FtpCode.TIMEOUT), network_timeout=1),
}
VERBS: Mapping[str, Verb] = {
    **{f"{family}-ftp-{name}": verb for family in FAMILIES for name, verb in EACH.items()},
    "sim7000-ftp-etget": ftp(get(via="etx")),
    "sim7000-ftp-etput": ftp(put(via="etx")),
    "sim7000-ftp-extget": ftp(get(via="memory")),
    "sim7000-ftp-mdtm": ftp(mtime),
    "sim7000-ftp-quit": ftp(quits),
    "sim7000-ftp-rename": ftp(rename),
}
#: What no session does: it names a file, begins one operation at a time, waits for READY and for credits, and reads.
NO_VERB = frozenset(
    f"{family}-ftp-{name}"
    for family in FAMILIES
    for name in ("operror-noname", "operror-twice", "rwerror", "timeout-unread")
)
