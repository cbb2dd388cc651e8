"""The servers of the mail transcripts, what happens at them and to the bearer, and what they hold in the end."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import MailFault, Pop3Site, ServerFault, SmtpSite, StoredMail
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Does, Step, Transcript
from tests.judge.visitor import ENOUGH, Visitor

__all__ = ["MailBearer", "Placeholders", "Pop3Peer", "SmtpPeer", "bearer", "box", "lengths", "network", "server"]

#: Seconds that pass before a line that only time brings about: a reminder, a server that never speaks, a lost bearer.
TURN = 10.0
#: Seconds after which the network releases a bearer, where it does.
LIFETIME = 60.0
#: B11: the document shows three reads of a mail that needs four; this one needs three.
THREE_READS = 4000
#: What the mails in a box are made of.
LINE = b"+POP3READ: 1,5 .OK ERROR > >> +POP3OUT: 69\r\n.dot\r\nOK\r\n\r\nERROR\r\n"


class SmtpPeer:
    """A real server that behaves as the need says."""

    def __init__(self, transcript: Transcript, need: Mapping[str, Any]) -> None:
        self.transcript = transcript
        behaviour = need.get("behaviour", "")
        users = {} if need["auth"] == "none" else {need["user"]: need["password"]}
        if "refuses the password" in behaviour:
            users = dict.fromkeys(users, "another")
        self.site = SmtpSite(users=users, auth_required=need["auth"] == "required")
        self.clock = ManualClock() if "never speaks" in behaviour else None
        if self.clock is not None:
            self.site.faults.append(MailFault(fault=ServerFault.HANG))
        if "refuses RCPT TO" in behaviour:
            self.site.faults.append(MailFault(command="RCPT", reply="550 5.1.1 no such user"))

    async def before(self, visitor: Visitor, step: Step) -> None:
        """A server that never speaks: time passes."""
        if self.clock is not None and step.later and step.text.startswith("+SMTPSEND"):
            await self.site.until(lambda: self.site.log.connections)
            await _turn(self.clock, visitor)

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """The mail is there with all that was set, once; or there is none."""
        transcript = visitor.transcript
        sent = any(step.text == "+SMTPSEND: 1" for step in transcript.steps)
        assert len(self.site.mails) == sent
        for mail in self.site.mails:
            self._judge_mail(mail.message, mail.sender, mail.recipients)
            assert mail.user == transcript.variables["smtp_user"]
        return frozenset(name for name in visitor.bound if name.startswith("max"))

    def _judge_mail(self, message: Any, sender: str, recipients: tuple[str, ...]) -> None:
        values = self.transcript.variables
        address = values["rcpt_addr"]
        assert (sender, set(recipients)) == (values["from_addr"], {address})
        assert message["From"].addresses[0].display_name == values["from_name"]
        assert [one.addr_spec for one in (*message["To"].addresses, *message["Cc"].addresses)] == [address, address]
        assert message["Bcc"] is None
        hexadecimal = any("SMTPCS" in step.text for step in self.transcript.steps)
        body, *attachments = self._entries()
        text = message.get_body().get_content().rstrip("\r\n")
        assert text == (bytes.fromhex(body.decode()).decode("utf-8") if hexadecimal else body.decode())
        subject = values["subject"]
        assert message["Subject"] == (bytes.fromhex(subject).decode("utf-8") if hexadecimal else subject)
        assert [part.get_content().encode() for part in message.iter_attachments()] == attachments

    def _entries(self) -> list[bytes]:
        steps = [step for step in self.transcript.steps if step.does is Does.ENTRY]
        return [self.transcript.entry(step).removesuffix(b"\x1a") for step in steps]


class Pop3Peer:
    """A real server with the mails of the need."""

    def __init__(self, transcript: Transcript, need: Mapping[str, Any]) -> None:
        self.transcript = transcript
        self.site = Pop3Site(users={need["user"]: need["password"]})
        self.clock = ManualClock() if transcript.name.endswith("read-busy") else None
        for mail in need["mails"]:
            size = THREE_READS if transcript.name.endswith("retrieve") and mail["id"] == 1 else _number(mail["size"])
            self.site.publish(_mail(size), mail.get("uid"))
        self.mails = list(self.site.mails)

    async def before(self, visitor: Visitor, step: Step) -> None:
        """Nobody reads: time passes."""
        if self.clock is not None and step.later and step.text.startswith(("+POP3READ: 3", "+POP3OUT: 69")):
            await _turn(self.clock, visitor)

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """What was read is what the server said, dots and all; what was marked is gone after a logout in order."""
        lines = [visitor.transcript.resolve(step.text) for step in visitor.transcript.steps if step.does is Does.SEND]
        gone = self.mails[:1] if "AT+POP3DEL=1" in lines and "AT+POP3RSET" not in lines else []
        assert self.site.deleted == gone
        answers = b"".join(visitor.payloads)
        for line in lines:
            if line.startswith("AT+POP3CMD=") and answers:
                status, _, answers = answers.partition(b"\r\n")
                assert status.startswith(b"+OK")
                said = b"".join(self._said(line)) + b".\r\n"
                assert answers[: len(said)] == said
                answers = answers[len(said) :]
        assert answers == b""
        self._judge_numbers(visitor.bound)
        own = ("cnf", "n1", "n2", "n3", "size", "total")
        return frozenset(name for name in visitor.bound if name.startswith(own))

    def _said(self, line: str) -> Iterator[bytes]:
        kind, _, rest = line.removeprefix("AT+POP3CMD=").partition(",")
        for number, mail in enumerate(self.mails, 1):
            if kind == "1":
                yield b"%d %d\r\n" % (number, mail.size)
            elif kind == "2":
                yield b"%d %s\r\n" % (number, mail.uid.encode())
            elif rest.partition(",")[0] == str(number):
                yield _stuffed(mail if kind == "4" else StoredMail(_head(mail), mail.uid))

    def _judge_numbers(self, bound: Mapping[str, str]) -> None:
        if "total" in bound:
            assert int(bound["total"]) == sum(mail.size for mail in self.mails)
        if "size" in bound:
            assert int(bound["size"]) == self.mails[0].size


class MailBearer:
    """The network releases the bearer, when the transcript has it."""

    def __init__(self) -> None:
        self.clock = ManualClock()

    async def before(self, visitor: Visitor, step: Step) -> None:
        """Time passes."""
        if step.later and step.text.endswith("DEACT"):
            await self.clock.run(LIFETIME)

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """There is nothing to judge but the line itself."""
        return frozenset()


class Placeholders:
    """Lengths and ranges of which the manual says that the document has no numbers."""

    async def before(self, visitor: Visitor, step: Step) -> None:
        """Nothing has to happen."""

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """They are numbers that one can work with, or ranges."""
        for name, value in visitor.bound.items():
            if visitor.transcript.captures[name].type == "int":
                assert int(value) >= 20, f"{name} is {value}"
            else:
                assert value.startswith("("), f"{name} is {value}"
        return frozenset(visitor.bound)


async def server(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A server that takes mails."""
    peer = SmtpPeer(found.transcript, need)
    await stack.enter_async_context(peer.site)
    found.hosts[f"{need['host']}:{need['port']}"] = peer.site.address
    found.clock = peer.clock or found.clock
    found.peers.append(peer)


async def box(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A server with a mailbox."""
    peer = Pop3Peer(found.transcript, need)
    await stack.enter_async_context(peer.site)
    found.hosts[f"{need['host']}:{need['port']}"] = peer.site.address
    found.clock = peer.clock or found.clock
    found.peers.append(peer)


async def network(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """An address that nobody listens on: it is taken, and not listened on."""
    words = need["behaviour"].split()
    assert words[:-1] == ["nothing", "listens", "on"]
    taken = stack.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    found.hosts[words[-1]] = taken.getsockname()


async def bearer(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """The setup opens it; where the network is to release it, it does so in time."""
    if "releases" in need.get("text", ""):
        peer = MailBearer()
        found.options["bearer_lifetime"] = LIFETIME
        found.clock = peer.clock
        found.peers.append(peer)


async def lengths(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """The module is at its factory settings; where the document prints no numbers its own are judged."""
    notes = found.transcript.notes
    if "placeholders" in notes or "neither the lengths" in notes:
        found.peers.append(Placeholders())


async def _turn(clock: ManualClock, visitor: Visitor) -> None:
    """Time passes until the module has said something."""
    for _ in range(ENOUGH):
        await clock.run(TURN)
        if visitor.console.unread:
            return
    raise AssertionError("time passes, and the module says nothing")


def _number(text: int | str) -> int:
    """A size, perhaps ``total minus size``."""
    total, _, part = str(text).partition(" minus ")
    return int(total) - int(part or 0)


def _mail(size: int) -> bytes:
    head = b"From: john@sim.com\r\nSubject: Test\r\n\r\n"
    body = (LINE * (size // len(LINE) + 1))[: size - len(head) - 2]
    return head + body.rstrip(b"\r\n").ljust(size - len(head) - 2, b".") + b"\r\n"


def _head(mail: StoredMail) -> bytes:
    head, end, _ = mail.content.partition(b"\r\n\r\n")
    return head + end


def _stuffed(mail: StoredMail) -> bytes:
    content = mail.content.replace(b"\r\n.", b"\r\n..")
    return b"." + content if content.startswith(b".") else content
