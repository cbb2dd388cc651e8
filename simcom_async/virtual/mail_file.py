"""Fetched mails in the file system of a module (SIM7100 Internet service 4.6).

A mail has a folder of its own, named after the module's clock: ``C:/Email/090901120000``. In it are EMAIL000.TXT, with
header and text, and its attachments under their own names; or the whole mail as ``090901120000.eml``; or all of these.
Where the document is silent: when two mails come within a second the later one's folder is a second on; the text is the
first part of plain text, or else of any text, without its transfer encoding, and other texts are files like attachments
(TEXT000.HTML); a mail of one part of text without a transfer encoding is saved as it came.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import IO

from simcom_async.commands.pop3_mail import Pop3Saving
from simcom_async.virtual.file_place import DRIVES, Place, nameable
from simcom_async.virtual.file_system import FileSystem

__all__ = ["MAIL_FOLDER", "MailFolder", "parts_of"]

MAIL_FOLDER = "Email"
_FORMAT = "%y%m%d%H%M%S"
_PIECE = 65536
_UNNAMEABLE = re.compile(r'[\\:*?"<>|,;/\x00-\x1f\x7f]')
_IDENTITY = ("", "7bit", "8bit", "binary")


@dataclass(frozen=True, slots=True)
class Parts:
    """What is saved of a mail: header and text in one, and the attachments with their names."""

    text: bytes
    attachments: tuple[tuple[str, bytes], ...]


class MailFolder:
    """The folder of one mail that came ``now``, by the module's clock."""

    def __init__(self, files: FileSystem, now: datetime) -> None:
        self._files = files
        self._now = now

    @staticmethod
    def drive(files: FileSystem) -> str:
        """The drive that AT+FSLOCA has chosen."""
        return DRIVES[files.location]

    async def save(self, mail: IO[bytes], saving: Pop3Saving) -> Place:
        """Save a mail; the file that AT+POP3GET names. Raises FileProblem, and then nothing of it is there."""
        folder = self._make()
        written: list[Place] = []
        try:
            if saving is not Pop3Saving.PARTS:
                written.append(self._whole(folder, mail))
            if saving is not Pop3Saving.WHOLE:
                parts = await asyncio.to_thread(parts_of, mail)
                for place, data in _places(folder, parts):
                    written.append(self._files.write(place, data))
                return written[-1]
        except BaseException:
            for place in written:
                self._files.remove(place)
            self._files.remove_folder(folder)
            raise
        return written[0]

    def _make(self) -> Place:
        root = self._files.make_folder(Place(self.drive(self._files), (MAIL_FOLDER,)), parents=True)
        now = self._now
        while self._files.exists(root / now.strftime(_FORMAT)):
            now += timedelta(seconds=1)
        return self._files.make_folder(root / now.strftime(_FORMAT))

    def _whole(self, folder: Place, mail: IO[bytes]) -> Place:
        with self._files.create(folder / f"{folder.name}.eml") as writer:
            mail.seek(0)
            while piece := mail.read(_PIECE):
                writer.write(piece)
        return writer.place


def _places(folder: Place, parts: Parts) -> Iterator[tuple[Place, bytes]]:
    """Where everything goes: the attachments first, and the text under the first name that none of them has."""
    taken: set[str] = set()
    for name, data in parts.attachments:
        free = _free(name, taken)
        taken.add(free.casefold())
        yield folder / free, data
    number = 0
    while (name := f"EMAIL{number:03}.TXT").casefold() in taken:
        number += 1
    yield folder / name, parts.text


def _free(name: str, taken: set[str]) -> str:
    """A name as the file system takes it, and as nothing else has it."""
    name = _UNNAMEABLE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .") or "ATTACHMENT"
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 20:
        stem, dot, ending = name, "", ""
    number, found = 0, name
    while found.casefold() in taken or not nameable(found):
        number += 1
        stem = stem if nameable(f"{stem}({number}){dot}{ending}") else stem[:-1]
        found = f"{stem}({number}){dot}{ending}"
    return found


def parts_of(mail: IO[bytes]) -> Parts:
    """Header and text, and the attachments, of a mail."""
    mail.seek(0)
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(mail.read())
    if not message.is_multipart() and message.get_content_maintype() == "text" and _encoding(message) in _IDENTITY:
        mail.seek(0)
        return Parts(mail.read(), ())
    attachments: list[tuple[str, bytes]] = []
    texts: list[EmailMessage] = []
    for part in _leaves(message):
        name = part.get_filename()
        if name is None and part.get_content_maintype() == "text" and not part.is_attachment():
            texts.append(part)
        else:
            attachments.append((name or f"ATTACHMENT{len(attachments):03}", _content(part)))
    if not texts and not attachments:
        mail.seek(0)
        return Parts(mail.read(), ())  # of no kind that the standards know: as it came
    chosen = next((part for part in texts if part.get_content_subtype() == "plain"), next(iter(texts), None))
    for number, part in enumerate(part for part in texts if part is not chosen):
        ending = "TXT" if part.get_content_subtype() == "plain" else part.get_content_subtype().upper()
        attachments.append((f"TEXT{number:03}.{ending}", _content(part)))
    text = b"" if chosen is None else _content(chosen)
    return Parts(_head(mail) + b"\r\n" + text, tuple(attachments))


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that are no containers; a mail inside a mail is one part."""
    if message.get_content_maintype() != "multipart":
        yield message
        return
    for part in message.iter_parts():
        if isinstance(part, EmailMessage):
            yield from _leaves(part)


def _content(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return b"".join(inner.as_bytes(policy=policy.SMTP) for inner in part.iter_parts())
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _encoding(message: EmailMessage) -> str:
    return str(message.get("Content-Transfer-Encoding", "")).strip().lower()


def _head(mail: IO[bytes]) -> bytes:
    """The header as it came, without the empty line."""
    mail.seek(0)
    found = b""
    for line in mail:
        if not line.strip(b"\r\n"):
            break
        found += line
    return found
