"""SMTP and POP3, numeric and textual."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from simcom_async.sites.mail_policy import MailFault
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.sites.route import ServerFault
from simcom_async.sites.smtp import SmtpSite
from tests.sessions.mail_ends import FAMILIES
from tests.sessions.mails import essence, mail
from tests.torture.scene import SECRET, Corrupt, Doubled, Scene, right

__all__ = ["Pop3Scene", "SmtpScene"]


class MailScene(Scene):
    """What both have in common: a server that is told commands."""

    families = FAMILIES
    steps: tuple[str, ...]
    refusal: str
    mailer: SmtpSite | Pop3Site

    def slow(self) -> str:
        from simcom_async.virtual.faults import FailServer, ServerFailure

        seconds = self.random.choice((0.5, 2.0))
        self.virtual.faults.add(FailServer(ServerFailure.SLOW, seconds=seconds, times=None))
        return f"{seconds} s before each read"

    def silent(self) -> str:
        return self._struck(fault=ServerFault.HANG)

    def resetting(self) -> str:
        return self._struck(fault=self.random.choice((ServerFault.RESET, ServerFault.CLOSE)))

    def lying(self) -> str:
        if self.random.random() < 0.5:
            return self._struck(fault=ServerFault.GARBAGE)
        return self._struck(reply=self.refusal)

    def calm(self) -> None:
        self.mailer.faults.clear()
        self.mailer.release()

    def _struck(self, fault: ServerFault | None = None, reply: str | None = None) -> str:
        step, done = self.random.choice(self.steps), self.random.random() < 0.5
        self.mailer.faults.append(MailFault(command=step, fault=fault, reply=reply, done=done, times=1))
        return f"{fault or reply} at {step or 'the connection'}{', which is done' if done else ''}"


class SmtpScene(MailScene):
    """A mail is sent."""

    service = "smtp"
    verbs = ("text", "attached", "whole")
    steps = ("", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT")
    refusal = "421 no"

    @asynccontextmanager
    async def site(self) -> AsyncIterator[None]:
        self.accounts = {"joe": SECRET}
        text = "Grüße\n" * self.random.randrange(1, 20)
        files = {"f.bin": self.random.randbytes(self.random.randrange(1, 4_000))} if self.verb == "attached" else {}
        self.first, self.next = mail(text, subject="first", files=files), mail("next\n", subject="next")
        if self.verb == "whole":
            self.first["X-Mailer"] = "torture"
        async with SmtpSite(users=self.accounts) as self.mailer:
            yield

    async def act(self) -> Any:
        return await self._send(self.first, whole_as_attachment=self.verb == "whole")

    async def _send(self, message: Any, **options: Any) -> Any:
        host, port = self.mailer.address
        account = {"username": "joe", "password": SECRET}
        return await self.modem.smtp.send(message, hostname=host, port=port, **account, **options)

    def check(self, result: Any) -> None:
        self.damage()
        right(len(self._taken()), 1, "mails at the server")
        right(result.accepted, ("bob@example.com",), "who has got it")

    def damage(self) -> None:
        taken = self._taken()
        if len(taken) > 1:
            raise Doubled(f"{len(taken)} mails were sent")
        for one in taken:
            expected = essence(self.first)
            if self.verb == "whole":
                right(one["Subject"], "first", "the subject")
            elif essence(one) != expected:
                raise Corrupt("the server got another mail")

    def certain(self) -> None:
        """The error says that the mail was not sent. Raises Doubled where it was."""
        if self._taken():
            raise Doubled("the mail was sent, but the error says that it was not")

    def _taken(self) -> list[Any]:
        return [one.message for one in self.mailer.mails if str(one.message["Subject"]) != "next"]

    async def plain(self) -> None:
        before = len(self.mailer.mails)
        await self._send(self.next)
        right(essence(self.mailer.mails[-1].message), essence(self.next), "the next mail")
        right(len(self.mailer.mails), before + 1, "mails at the server", Doubled)


class Pop3Scene(MailScene):
    """A mailbox is looked at, read, or emptied."""

    service = "pop3"
    missing: ClassVar[dict[str, tuple[str, ...]]] = {"sim7100": ("uidl", "top", "reset")}
    verbs = ("move", "stat", "list", "uidl", "headers", "top", "source", "stream", "reset")
    steps = ("", "USER", "PASS", "LIST", "RETR", "DELE", "QUIT")
    refusal = "-ERR no"

    @asynccontextmanager
    async def site(self) -> AsyncIterator[None]:
        files = [{"f": self.random.randbytes(self.random.randrange(1, 2_500))}, {}]
        sources = [mail(f"{number}\n", subject=f"n{number}", files=files[number]) for number in range(2)]
        self.read: list[bytes] = []
        async with Pop3Site(sources, users={"user": SECRET}) as self.mailer:
            self.all = [one.content for one in self.mailer.mails]
            self.sizes = [(number, one.size) for number, one in enumerate(self.mailer.mails, 1)]
            self.uids = [(number, one.uid) for number, one in enumerate(self.mailer.mails, 1)]
            yield

    def box(self) -> Any:
        host, port = self.mailer.address
        return self.modem.pop3(host, "user", SECRET, port=port)

    async def act(self) -> Any:
        async with self.box() as box:
            return await getattr(self, f"do_{self.verb}")(box)

    async def do_move(self, box: Any) -> Any:
        for number, _ in await box.list():
            self.read.append(await box.source(number))
            await box.delete(number)
        return self.read

    async def do_stat(self, box: Any) -> Any:
        return tuple(await box.stat())

    async def do_list(self, box: Any) -> Any:
        return [tuple(one) for one in await box.list()]

    async def do_uidl(self, box: Any) -> Any:
        return [tuple(one) for one in await box.uidl()]

    async def do_headers(self, box: Any) -> Any:
        return str((await box.headers(1))["Subject"])

    async def do_top(self, box: Any) -> Any:
        return str((await box.top(1, 0))["Subject"])

    async def do_source(self, box: Any) -> Any:
        return await box.source(1)

    async def do_stream(self, box: Any) -> Any:
        async with box.open(1) as stream:
            return b"".join([piece async for piece in stream])

    async def do_reset(self, box: Any) -> Any:
        await box.delete(1)
        await box.reset()

    def check(self, result: Any) -> None:
        total = sum(size for _, size in self.sizes)
        expected = {
            "move": self.all,
            "stat": (2, total),
            "list": self.sizes,
            "uidl": self.uids,
            "headers": "n0",
            "top": "n0",
            "reset": None,
        }
        right(result, expected.get(self.verb, self.all[0]), self.verb)
        self.damage()
        right(len(self._deleted()), 2 if self.verb == "move" else 0, "deleted mails", Doubled)

    def damage(self) -> None:
        for content in self.read:
            if content not in self.all:
                raise Corrupt("a mail was read as another one")
        deleted = self._deleted()
        if deleted and (self.verb != "move" or not {*deleted} <= {*self.read} or len(deleted) != len(self.all)):
            raise Doubled(f"{len(deleted)} mails were deleted")

    def _deleted(self) -> list[bytes]:
        return [one.content for one in self.mailer.deleted]

    async def plain(self) -> None:
        async with self.box() as box:
            seen = [await box.source(number) for number, _ in await box.list()]
        right(seen, [one.content for one in self.mailer.mails], "the mails that are left")
