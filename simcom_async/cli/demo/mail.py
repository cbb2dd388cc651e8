"""What the demo shows of mail: sent to a real SMTP server, put into a POP3 server, read back, compared part by part.

A numeric module attaches one file; a mail with two goes whole, as a file of a mail that the module writes.
"""

from __future__ import annotations

import functools
import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage

from simcom_async.cli.demo.stage import Outcome, Stage, Step, sha256
from simcom_async.cli.output import Report
from simcom_async.sessions.pop3 import Pop3Session
from simcom_async.sites import Pop3Site, SmtpSite
from simcom_async.sites.smtp import ReceivedMail

__all__ = ["STEPS", "pop3_server", "smtp_server"]

_USER, _PASSWORD = "pump7", "s3cret"
#: Lines in many scripts, and lines that look like the module's own words and those of the servers.
_TEXT = "\n".join(
    (
        "Grüße, 小明, Шура, שלום, 😀",
        *("", "OK", "ERROR", "+POP3READ: 1,5", "+SMTPSEND: 1", "+SMTP: SUCCESS", "NO CARRIER"),
        *("> ", ".", "..", ".dot", "AT+POP3OUT", "the end", ""),
    )
)
_AWKWARD = b"\r\nOK\r\n\r\nERROR\r\n+SMTPFT: 1,1360\r\n+CFTRANTX: 0\r\n> \r\n.\r\n\x1a\x1b\x03" + bytes(range(256))
_FILES = (("Messung 小明.bin", _AWKWARD * 32), ("log.txt", b"OK\r\n.\r\n" * 2_000))
_LARGE = b"Subject: large\r\n\r\n" + b"+POP3READ: 2,0\r\n..\r\nOK\r\n" * 20_000


def smtp_server() -> SmtpSite:
    """A server that wants a login."""
    return SmtpSite(users={_USER: _PASSWORD}, auth_required=True)


def pop3_server() -> Pop3Site:
    """A mailbox of the same account."""
    return Pop3Site(users={_USER: _PASSWORD})


def _mail(files: int) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Pümp 7 <pump7@example.com>"
    message["To"] = '"Doe, John" <john@example.com>, Шура <shura@example.com>'
    message["Cc"] = "ops@example.com"
    message["Subject"] = 'Störung 小明: "OK"'
    message.set_content(_TEXT)
    for name, data in _FILES[:files]:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


async def _there_and_back(stage: Stage, report: Report, *, files: int, whole: bool = False) -> Outcome:
    """What a reader finds in it stands for a mail; one that went whole is taken out of the mail that carried it."""
    message = _mail(files)
    taken = await _sent(stage, report, message, whole=whole)
    read = await _read(stage, report, taken.content)
    if whole:
        read = message_from_bytes(_attached(read)["message.eml"], policy=policy.default)
    seen, wanted = _parts(read), _parts(message)
    wrong = [name for name in {**wanted, **seen} if seen.get(name) != wanted.get(name)]
    everybody = ("john@example.com", "shura@example.com", "ops@example.com")
    if taken.recipients != everybody:
        wrong.append("recipients")
    complaint = f"{', '.join(wrong)}: not as it was sent" if wrong else ""
    return Outcome(sum(map(len, seen.values())), _checksum(seen), _checksum(wanted), complaint)


async def _sent(stage: Stage, report: Report, message: EmailMessage, *, whole: bool) -> ReceivedMail:
    host, port = stage.site(smtp_server).address
    await stage.modem.smtp.send(
        message,
        hostname=host,
        port=port,
        username=_USER,
        password=_PASSWORD,
        whole_as_attachment=whole,
        progress=report,
    )
    return stage.site(smtp_server).mails[-1]


async def _read(stage: Stage, report: Report, content: bytes) -> EmailMessage:
    site = stage.site(pop3_server)
    site.mails.clear()
    site.publish(content)
    async with _box(stage) as box:
        return await box.retrieve(1, progress=report)


def _box(stage: Stage) -> Pop3Session:
    host, port = stage.site(pop3_server).address
    return stage.modem.pop3(host, _USER, _PASSWORD, port=port)


def _parts(message: EmailMessage) -> dict[str, bytes]:
    """What a reader finds in a mail, by name."""
    people = {name: str(message[name]).encode() for name in ("From", "To", "Cc", "Subject")}
    body = message.get_body(("plain",))
    text = "" if body is None else body.get_content().replace("\r\n", "\n")
    return {**people, "text": text.encode(), **_attached(message)}


def _attached(message: EmailMessage) -> dict[str, bytes]:
    return {part.get_filename() or "": bytes(part.get_payload(decode=True)) for part in message.iter_attachments()}


def _checksum(parts: dict[str, bytes]) -> str:
    return sha256(b"".join(f"{name} {len(data)}\n".encode() + data for name, data in parts.items()))


async def _large(stage: Stage, report: Report) -> Outcome:
    """A large mail is read in pieces; its bytes stand for it."""
    site = stage.site(pop3_server)
    site.mails.clear()
    site.publish(_LARGE)
    digest, count = hashlib.sha256(), 0
    async with _box(stage) as box:
        async for piece in box.open(1, progress=report):
            digest.update(piece)
            count += len(piece)
    return Outcome(count, digest.hexdigest(), sha256(_LARGE))


async def _delete(stage: Stage, report: Report) -> Outcome:
    """What is in the box before, what is asked of it, and what is left, stand for it."""
    site = stage.site(pop3_server)
    site.mails.clear()
    for number in range(1, 4):
        site.publish(f"Subject: number {number}\r\n\r\n{'x' * number}\r\n".encode())
    async with _box(stage) as box:
        mails, size = await box.stat()
        seen = [
            f"{mails} {size}",
            f"{[tuple(mail) for mail in await box.list()]}",
            str((await box.headers(2))["Subject"]),
        ]
        await box.delete(2)
    seen += [mail.content.decode().splitlines()[0] for mail in site.mails]
    wanted = ["3 75", "[(1, 24), (2, 25), (3, 26)]", "number 2", "Subject: number 1", "Subject: number 3"]
    return Outcome(0, sha256("\n".join(seen).encode()), sha256("\n".join(wanted).encode()))


async def _store(stage: Stage, report: Report) -> Outcome:
    """A file of the module is written, and read back."""
    await stage.modem.files.write("C:/demo.bin", _LARGE, progress=report)
    read = await stage.modem.files.read("C:/demo.bin", progress=report)
    await stage.modem.files.delete("C:/demo.bin")
    return Outcome(len(read), sha256(read), sha256(_LARGE))


async def _arrange(stage: Stage, report: Report) -> Outcome:
    """What is in the module's folder after each change stands for it."""
    files, seen = stage.modem.files, []

    async def look() -> None:
        found = await files.list("C:/Demo 小明", details=True)
        seen.append(" ".join(f"{entry.name}={entry.size}" for entry in found))

    await files.mkdir("C:/Demo 小明")
    await files.write("C:/Demo 小明/old.txt", b"21.5 C")
    await look()
    await files.rename("C:/Demo 小明/old.txt", "C:/Demo 小明/Wärme.txt")
    await look()
    await files.delete("C:/Demo 小明/Wärme.txt")
    await look()
    await files.rmdir("C:/Demo 小明")
    seen.append(f"{await files.exists('C:/Demo 小明')}")
    wanted = ["old.txt=6", "Wärme.txt=6", "", "False"]
    return Outcome(0, sha256("\n".join(seen).encode()), sha256("\n".join(wanted).encode()))


_BOTH = (smtp_server, pop3_server)
_BOX = (pop3_server,)
_ONE = Step("mail with 1 file", functools.partial(_there_and_back, files=1), _BOTH)
_TWO = Step("mail with 2 files", functools.partial(_there_and_back, files=2), _BOTH)
_WHOLE = Step("mail with 2 files, whole", functools.partial(_there_and_back, files=2, whole=True), _BOTH)
_READ = (
    Step("mailbox: list and delete", _delete, _BOX),
    Step("mail of 500 kB, in pieces", _large, _BOX),
)
_STORED = (
    Step("files: write and read", _store),
    Step("files: rename and remove", _arrange),
)
_NUMERIC = (_ONE, _WHOLE, *_READ)

#: What is shown of each dialect.
STEPS: dict[str, tuple[Step, ...]] = {
    "sim900": _NUMERIC,
    "sim800": _NUMERIC,
    "sim7000": _NUMERIC,
    "sim7100": (_TWO, *_READ, *_STORED),
}
