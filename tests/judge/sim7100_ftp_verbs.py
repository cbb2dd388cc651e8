"""The SIM7100's FTP and FTPS examples and the verbs of sessions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from io import BytesIO
from typing import Any

import pytest

from simcom_async.errors import FtpError
from simcom_async.modem import Modem
from simcom_async.sessions.ftp import FtpSession
from tests.judge.sim7100_ftp_needs import FtpModulePeer
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import decoded
from tests.judge.verb import Verb
from tests.judge.wire import hostile

__all__ = ["NO_VERB", "VERBS", "WAITING"]

#: What brings the context of the services up; what a session says of a transfer that the examples leave as it is; what
#: it takes to find the size of a file, and to have a file of the module in a folder of its own.
ALSO = (
    r"AT\+(CGSOCKCONT|CSOCKSETPN|CGPADDR|CGACT|CGATT|FS[A-Z]+|CFTRAN[RT]X)([=?].*)?"
    r'|AT\+CFTP(PORT=21|MODE=1|TYPE=I|UN="myname"|PW="\*{5}")|AT\+CFTPS(TYPE=I|PUT\?|LIST.*|DELE?=\?|LOGOUT|STOP|START)'
    r"|AT\+CFTPSLOGIN=.*"
)
#: Parameters stand in no order that would mean anything.
SETTINGS = r"AT\+CFTP(SERV|PORT|UN|PW|MODE|TYPE)="
#: A session names a file from the root on, lets the module's files lie in the current directory, and knows which
#: spelling the module has.
PIECES = (
    r'(?:(?<=MKD=)|(?<=RMD=)|(?<=DEL=)|(?<=DELE=))"/?|(?<=CFTPSDEL)E(?==")'  # the same twice counts as once
    r'|(?<==")/|(?<="),[0-9]$'
)
#: Test forms and questions; the same once more in other letters, or with a directory of the module.
SPARE = r"AT\+CFTPS?[A-Z]+(=\?|\?)|AT\+CFTPS?[A-Z]+=\{non-ascii\}.*|AT\+CFTPSLIST|AT\+CFTPSCWD=.*"

Work = Callable[[FtpSession, FtpModulePeer], Coroutine[Any, Any, None]]


def ftp(work: Work, *, password: str | None = None, spare: str = "(?!)", also: str = ALSO, **login: Any) -> Verb:
    """Work with the server of the example."""

    async def act(modem: Modem, around: Surroundings) -> None:
        peer = around.peer(FtpModulePeer)
        assert peer is not None
        need = peer.need
        account = {"user": need["user"], "password": need["password"] if password is None else password}
        secured = need["kind"] == "ftps-server"
        async with modem.ftp(need["host"], int(need["port"]), tls=secured, **account, **login) as session:
            await work(session, peer)

    return Verb(act=act, also=also, settings=SETTINGS, pieces=PIECES, spare=f"{SPARE}|{spare}")


def get(*paths: str, **options: Any) -> Work:
    """Whole files come down."""

    async def work(session: FtpSession, peer: FtpModulePeer) -> None:
        for path in paths:
            found = BytesIO()
            await session.download(path, found, **options)
            assert found.getvalue() == peer.bodies[path]

    return work


def put(*paths: str, data: bytes | None = None, **options: Any) -> Work:
    """Files go up."""

    async def work(session: FtpSession, peer: FtpModulePeer) -> None:
        for path in paths:
            expected = [decoded(one["content"]) for one in peer.need.get("expect", ())]
            body = data or (expected[0] if expected else hostile(100))
            await session.upload(body, path, **options)
            assert peer.site.read(path) == body

    return work


def fails(*codes: int | str, path: str, **options: Any) -> Work:
    """A file does not come, and this is why."""

    async def work(session: FtpSession, peer: FtpModulePeer) -> None:
        with pytest.raises(FtpError) as failed:
            await session.download(path, BytesIO(), **options)
        assert failed.value.code in codes

    return work


async def broken(session: FtpSession, peer: FtpModulePeer) -> None:
    """A file that is not there, and one that breaks off."""
    await fails(211, path="/pub/mydir/absent.txt")(session, peer)
    await fails(210, 214, path="/pub/mydir/test1.txt")(session, peer)


async def refused(session: FtpSession, peer: FtpModulePeer) -> None:
    """An upload without a login."""
    with pytest.raises(FtpError) as failed:
        await session.upload(b"data", "/pub/mydir/test1.txt")
    assert failed.value.code == 208


async def listed(session: FtpSession, peer: FtpModulePeer) -> None:
    """A directory with one file."""
    entries = await session.list("/testd")
    assert [(entry.name, entry.size) for entry in entries] == [(".", 0), ("..", 0), ("19800106_000128.jpg", 2017)]


async def make(session: FtpSession, peer: FtpModulePeer) -> None:
    """A directory comes, twice as in the example."""
    await session.mkdir("/testdir")
    peer.site.remove("/testdir")
    await session.mkdir("/testdir")
    assert peer.site.exists("/testdir")


async def make_again(session: FtpSession, peer: FtpModulePeer) -> None:
    """A directory that is there."""
    with pytest.raises(FtpError) as failed:
        await session.mkdir("/testdir")
    assert failed.value.code == 211


async def remove(session: FtpSession, peer: FtpModulePeer) -> None:
    """A directory goes, twice as in the example."""
    await session.rmdir("/testdir")
    peer.prepare()
    await session.rmdir("/testdir")
    assert not peer.site.exists("/testdir")


async def delete(session: FtpSession, peer: FtpModulePeer) -> None:
    """A file goes, twice as in the example."""
    await session.delete("/test")
    peer.prepare()
    await session.delete("/test")
    assert not peer.site.exists("/test")


async def delete_absent(session: FtpSession, peer: FtpModulePeer) -> None:
    """A file that is not there."""
    with pytest.raises(FtpError) as failed:
        await session.delete("/absent")
    assert failed.value.code == 211


async def visit(session: FtpSession, peer: FtpModulePeer) -> None:
    """Only in and out."""
    await session.list("/")


async def no_login(session: FtpSession, peer: FtpModulePeer) -> None:
    """There is no session."""
    with pytest.raises(FtpError, match="login at"):
        await session.list("/")


TEST1 = "/pub/mydir/test1.txt"
VERBS: Mapping[str, Verb] = {
    "sim7100-ftp-cftpget": ftp(get(TEST1)),
    "sim7100-ftp-cftpget-failed": ftp(broken, also=f"{ALSO}|{SETTINGS}.*"),  # tells again what a failure may come of
    "sim7100-ftp-cftpput": ftp(put(TEST1, data=b".....")),
    "sim7100-ftp-cftpput-coding": ftp(put(TEST1)),
    "sim7100-ftp-cftpput-failed": ftp(refused),
    "sim7100-ftp-cftpgetfile": ftp(get(TEST1, "/test2.txt", via="file")),
    "sim7100-ftp-cftpputfile": ftp(put(TEST1, "/test2.txt", via="file")),
    "sim7100-ftp-cftplist": ftp(listed),
    "sim7100-ftp-cftpmkd": ftp(make),
    "sim7100-ftp-cftpmkd-exists": ftp(make_again),
    "sim7100-ftp-cftprmd": ftp(remove),
    "sim7100-ftp-cftpdele": ftp(delete),
    "sim7100-ftp-cftpdele-absent": ftp(delete_absent),
    **{f"sim7100-ftps-cftps{name}": ftp(visit) for name in ("login", "logout")},
    "sim7100-ftps-cftpslogin-badpassword": ftp(no_login, password="wrong"),
    "sim7100-ftps-cftpsget": ftp(get(TEST1)),
    "sim7100-ftps-cftpsput": ftp(put("/t1.txt")),
    "sim7100-ftps-cftpsgetfile": ftp(get(TEST1, "/test2.txt", via="file")),
    "sim7100-ftps-cftpsputfile": ftp(put(TEST1, "/test2.txt", via="file")),
    "sim7100-ftps-cftpslist": ftp(listed),
    "sim7100-ftps-cftpsmkd": ftp(make),
    "sim7100-ftps-cftpsrmd": ftp(remove),
    "sim7100-ftps-cftpsdel": ftp(delete),
}
#: None: all verbs are written.
WAITING = frozenset[str]()
NO_VERB = frozenset(
    {
        # what a session never does: ask for what it has set itself, wrong values, commands in the wrong state
        *(f"sim7100-ftp-{name}" for name in ("cftpport", "cftpmode", "cftptype", "cftpserv", "cftpun", "cftppw")),
        *("sim7100-ftp-cftpgetfile-refused", "sim7100-ftp-testforms"),
        *("sim7100-ftps-cftpslogin-notstarted", "sim7100-ftps-testforms"),
        *("sim7100-ftps-cftpstype", "sim7100-ftps-cftpssingleip"),
        # the stack alone, without a server
        *("sim7100-ftps-cftpsstart", "sim7100-ftps-cftpsstop"),
        # two failures with a login each: each is in another example
        "sim7100-ftp-cftpgetfile-errors",
        # what it does itself: it names files from the root on, whatever directory the server has it in
        *("sim7100-ftps-cftpscwd", "sim7100-ftps-cftpspwd"),
    }
)
