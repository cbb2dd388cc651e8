"""The servers of the SIM7100's mail transcripts, the files in the module, and what they have to hold in the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import MailFault, Pop3Site, ServerFault, SmtpSite
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Does, Step, Transcript
from tests.judge.visitor import Visitor
from tests.judge.wire import hostile

__all__ = ["ModulePeer", "Pop3Peer", "SmtpPeer", "box", "file", "server", "state"]

#: What a module prints of a folder that it has named after its clock.
FOLDER = re.compile(r"C:/Email/(\d{12})/")
#: What the mails in a box are made of.
LINE = b"+POP3: SUCCESS\r\n+POP3READ: 1,5\r\n.OK\r\nOK\r\n\r\nERROR\r\n"


class SmtpPeer:
    """A real server that behaves as the need says."""

    def __init__(self, transcript: Transcript, need: Mapping[str, Any]) -> None:
        self.transcript = transcript
        users = {} if need["auth"] == "none" else {need["user"]: need["password"]}
        self.site = SmtpSite(users=users, auth_required=need["auth"] == "required")
        self._holds = "holds the dialogue" in need.get("behaviour", "")
        if self._holds:
            self.site.faults.append(MailFault(command="EHLO", fault=ServerFault.HANG))

    async def before(self, visitor: Visitor, step: Step) -> None:
        """A server that holds the dialogue goes on before the module says how it ended."""
        if self._holds and step.later:
            self.site.release()

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """The mail is there with all that was set, once; or there is none."""
        sent = any(step.text == "+SMTP: SUCCESS" for step in self.transcript.steps)
        assert len(self.site.mails) == sent
        for mail in self.site.mails:
            values, message = self.transcript.variables, mail.message
            assert (mail.sender, mail.recipients) == (values["from_addr"], (values["to_addr"],))
            assert str(message["From"]) == f"{values['from_name']} <{values['from_addr']}>"
            assert str(message["To"]) == f"{values['to_name']} <{values['to_addr']}>"
            assert message["Subject"] == values["subject"]
            body = message.get_body()
            assert body is not None
            assert body.get_content().rstrip("\r\n") == values["body"]
            attached = [(part.get_filename(), part.get_content()) for part in message.iter_attachments()]
            assert attached == [("file1.txt", hostile(100))] * any(
                step.text.startswith("AT+SMTPFILE=") for step in self.transcript.setup
            )
        return frozenset()


class Pop3Peer:
    """A real server with the mails of the need; the module's clock stands where the example's folder has it."""

    def __init__(self, transcript: Transcript, need: Mapping[str, Any]) -> None:
        self.transcript = transcript
        behaviour = need.get("behaviour", "")
        password = "another" if "refuses the password" in behaviour else need["password"]
        self.site = Pop3Site([_mail(mail) for mail in need["mails"]], users={need["user"]: password})
        if "refuses the user name" in behaviour:
            self.site.faults.append(MailFault(command="USER", reply="-ERR there is no such user"))
        self.mails = list(self.site.mails)
        self.clock = ManualClock()
        self._time = next(
            (FOLDER.match(one.doc) for one in transcript.captures.values() if FOLDER.match(one.doc)), None
        )
        self._slow = "slowly" in behaviour
        self._under_way = "must be running" in behaviour
        self._asked = 0
        if self._slow:
            self.site.gate.shut(after=100)

    async def before(self, visitor: Visitor, step: Step) -> None:
        """The clock is set; and something is under way when the transcript needs it."""
        if self._time is not None:
            year, month, day, hour, minute, second = re.findall("..", self._time[1])
            self._time = None
            await command(visitor, f'AT+CCLK="{year}/{month}/{day},{hour}:{minute}:{second}+00"')
        self._asked += step.does is Does.SEND and step.text == "AT+POP3NUM"
        if self._under_way and self._asked == 2:
            self._under_way = False
            self.site.gate.shut(after=100)
            await command(visitor, "AT+POP3GET=1")
        elif self._slow and step.later:
            self.site.gate.open()

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """What was read is what the server has, what was marked is gone after a logout, and folders have names."""
        lines = [step.text for step in self.transcript.whole if step.does is Does.SEND]
        assert self.site.deleted == (self.mails[:1] if {"AT+POP3DEL=1", "AT+POP3OUT"} <= set(lines) else [])
        assert visitor.payloads == [mail.content for mail in self.mails[:1] for _ in visitor.payloads]
        folders = [name for name in visitor.bound if name.startswith(("dir", "mail_dir"))]
        assert len({visitor.bound[name] for name in folders}) == len(folders)
        for name in folders:
            assert FOLDER.fullmatch(visitor.bound[name])
        if "eml2" in visitor.bound:
            folder = FOLDER.fullmatch(visitor.bound["dir2"])
            assert folder is not None
            assert visitor.bound["eml2"] == f"{folder[1]}.eml"
        return frozenset({*folders, "eml2"})


class ModulePeer:
    """Command lines that bring the module into the state that a transcript needs, before its first step."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)

    async def before(self, visitor: Visitor, step: Step) -> None:
        """Before the first step."""
        lines, self._lines = self._lines, []
        for line in lines:
            await command(visitor, line)

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """There is nothing to judge."""
        return frozenset()


async def command(visitor: Visitor, line: str) -> None:
    """A command line that is no part of the transcript; whatever it says, it succeeds."""
    await visitor.send(line)
    said = await visitor.console.read_past(b"\r\nOK\r\n")
    assert b"ERROR" not in said


async def server(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A server that takes mails."""
    peer = SmtpPeer(found.transcript, need)
    await stack.enter_async_context(peer.site)
    found.hosts[f"{need['host']}:{need['port']}"] = peer.site.address
    found.peers.append(peer)


async def box(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A server with a mailbox."""
    peer = Pop3Peer(found.transcript, need)
    await stack.enter_async_context(peer.site)
    found.hosts[f"{need['host']}:{need['port']}"] = peer.site.address
    found.clock = peer.clock
    found.peers.append(peer)


async def file(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A file in the module, whose folder is the current one."""
    if "files" not in found.options:
        found.options["files"] = stack.enter_context(TemporaryDirectory())
    drive, _, name = need["path"].partition(":/")
    _write(Path(found.options["files"], drive, name), hostile(int(need["size"])))
    found.peers.append(ModulePeer(f"AT+FSCD={drive}:/"))


async def state(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """The current folder; the clock is set by the peer that knows what the example shows of it."""
    if need["state"] == "cwd":
        found.peers.append(ModulePeer(f"AT+FSCD={found.transcript.variables['cwd']}"))


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def _mail(mail: Mapping[str, Any]) -> bytes:
    """A mail with the header fields of the need, of exactly the size that it says."""
    names = {"from": "From", "date": "Date", "subject": "Subject"}
    head = "".join(f"{names[name]}: {mail[name]}\r\n" for name in names if name in mail) or "Subject: Test\r\n"
    start = head.encode("ascii") + b"\r\n"
    size = int(mail.get("size", len(start) + len(LINE)))
    body = (LINE * (size // len(LINE) + 1))[: size - len(start) - 2]
    return start + body.rstrip(b"\r\n").ljust(size - len(start) - 2, b".") + b"\r\n"
