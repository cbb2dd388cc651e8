"""A mail taken apart into what a module can carry, before a byte is sent.

A module writes the mail itself: it is told sender, recipients, subject, text and attachments. What it cannot be told is
refused by name, or the mail goes whole, as one attachment of a mail that the module can write.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import InvalidHeaderDefect, MessageError, ObsoleteHeaderDefect, UndecodableBytesDefect
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage, Message
from email.policy import Policy

from simcom_async.errors import UsageError
from simcom_async.sessions.mail_parts import Attachment, parts, refused
from simcom_async.sessions.mail_words import check_text

__all__ = ["Letter", "Mailbox", "taken_apart", "wrapped"]

WHOLE_NAME = "message.eml"
WHOLE_TEXT = f"The mail is in the attached file {WHOLE_NAME}.\n"

#: What every module writes in its own way; a mail that brings it loses nothing that its reader misses.
_REPLACED = frozenset({"date", "message-id"})
_STRUCTURE = frozenset({"mime-version", "content-type", "content-transfer-encoding", "content-disposition"})
_CARRIED = frozenset({"from", "to", "cc", "bcc", "subject"})
#: local@domain, or local@[address]; no quoted local part, because no AT parameter can hold quotes.
_ADDRESS = re.compile(r"[^\s\x00-\x20\x7f-\U0010ffff\"(),:;<>@\[\\\]]+@(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f.:IPv]+\])")
#: What the standard library raises for headers that are beyond it, an encoded CR LF among them.
_UNPARSEABLE = (ValueError, LookupError, AttributeError, TypeError, MessageError)
_ALLOWED = "local@domain in ASCII, without quotes and blanks"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address, and the name of who has it, in any script."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a module is told of a mail.

    ``text`` has LF at its line ends. ``replaced`` are headers of the mail that the module writes in its own way.
    ``whole``: the mail itself is the one attachment.
    """

    sender: Mailbox
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = ()
    replaced: tuple[str, ...] = ()
    whole: bool = False

    @property
    def recipients(self) -> tuple[Mailbox, ...]:
        """Everybody who gets it."""
        return (*self.to, *self.cc, *self.bcc)


def taken_apart(message: EmailMessage) -> Letter:
    """The letter of a mail. Raises CannotCarry, naming it, for what no module can be told; UsageError for a wrong mail.

    Headers in ``Letter.replaced`` are left to the module; nothing else is left out.
    """
    message = _modern(message)
    own = [name for name in message if name.lower() not in _CARRIED | _STRUCTURE | _REPLACED]
    if own:
        raise refused(f"the header {own[0]}")
    text, attachments = parts(message)
    return _letter(message, text, attachments)


def wrapped(message: EmailMessage) -> Letter:
    """A letter whose one attachment is the mail as it is, Bcc left out. Raises UsageError for a wrong mail."""
    message = _modern(message)
    inside = copy(message)
    del inside["Bcc"]
    whole = _octets(inside, policy.SMTP.clone(refold_source="none"))
    letter = _letter(message, WHOLE_TEXT, (Attachment(WHOLE_NAME, whole, "message/rfc822"),))
    return Letter(
        sender=letter.sender,
        to=letter.to,
        cc=letter.cc,
        bcc=letter.bcc,
        subject=letter.subject,
        text=letter.text,
        attachments=letter.attachments,
        whole=True,
    )


def _letter(message: EmailMessage, text: str, attachments: tuple[Attachment, ...]) -> Letter:
    subject = _value(message, "Subject")
    check_text("message Subject", subject)
    to, cc, bcc = (_mailboxes(message, name) for name in ("To", "Cc", "Bcc"))
    if not (to or cc or bcc):
        raise UsageError("message: no recipient, give To, Cc or Bcc", field="message To", allowed="an address or more")
    return Letter(
        sender=_sender(message),
        to=to,
        cc=cc,
        bcc=bcc,
        subject=subject,
        text=text,
        attachments=attachments,
        replaced=tuple(name for name in message if name.lower() in _REPLACED),
    )


def _modern(message: object) -> EmailMessage:
    """The mail in the stdlib's modern form, whichever it came in."""
    if isinstance(message, EmailMessage) and isinstance(message.policy, policy.EmailPolicy):
        return message
    if not isinstance(message, Message):
        name = type(message).__name__
        raise UsageError(
            f"message: a {name} cannot be sent, allowed is email.message.EmailMessage", field="message", value=name
        )
    return message_from_bytes(_octets(message), policy=policy.default)


def _octets(message: Message, how: Policy | None = None) -> bytes:
    """The mail as it goes over a connection."""
    try:
        return message.as_bytes(policy=how)
    except _UNPARSEABLE as error:
        raise UsageError(f"message: it cannot be written: {error}", field="message") from error


def _value(message: EmailMessage, name: str) -> str:
    values = _headers(message, name)
    if len(values) > 1:
        raise UsageError(f"message: {name} stands {len(values)} times in it", field=f"message {name}", allowed="once")
    for raw in (value for key, value in message.raw_items() if key.lower() == name.lower()):
        check_text(f"message {name}", _decoded(str(raw)).replace("\r", "").replace("\n", ""))  # or it reads \ufffd
    return str(values[0]) if values else ""


def _headers(message: EmailMessage, name: str) -> list[object]:
    try:
        return list(message.get_all(name, []))
    except _UNPARSEABLE as error:
        raise UsageError(f"message {name}: it cannot be parsed: {error}", field=f"message {name}") from error


def _sender(message: EmailMessage) -> Mailbox:
    senders = _mailboxes(message, "From")
    if len(senders) != 1:
        raise UsageError(
            f"message: {len(senders)} senders in From, a module sends for one",
            field="message From",
            value=len(senders),
            allowed="one address",
        )
    return senders[0]


def _mailboxes(message: EmailMessage, name: str) -> tuple[Mailbox, ...]:
    field = f"message {name}"
    headers = _headers(message, name)
    found: list[Mailbox] = []
    for header in headers:
        if not isinstance(header, AddressHeader):
            raise UsageError(f"{field}: it holds no addresses", field=field, allowed="addresses")
        named = [group.display_name for group in header.groups if group.display_name and group.addresses]
        if named:
            raise refused(f"the group {named[0]!r} in {name}", "give its addresses one by one")
        for address in header.addresses:
            found.append(_mailbox(field, address))
        for defect in getattr(header, "defects", ()):
            if not _harmless(defect):
                raise UsageError(f"{field}: {defect}", field=field, value=str(header), allowed="name <local@domain>")
    return tuple(found)


def _mailbox(field: str, address: Address) -> Mailbox:
    spec, name = address.addr_spec, _decoded(address.display_name)
    check_text(field, name)
    if not _ADDRESS.fullmatch(spec):
        allowed = "local@domain in ASCII, without quotes and blanks"
        raise UsageError(
            f"{field}: {spec!r} is no address, allowed is {allowed}", field=field, value=spec, allowed=allowed
        )
    return Mailbox(spec, name)


def _decoded(text: str) -> str:
    """A text whose bytes beyond ASCII are taken for UTF-8 (RFC 6532); as it is where they are none."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return text


def _harmless(defect: Exception) -> bool:
    """Whether the addresses are right all the same: obsolete forms, UTF-8, and encoded words where none should be."""
    return isinstance(defect, ObsoleteHeaderDefect | UndecodableBytesDefect) or (
        isinstance(defect, InvalidHeaderDefect) and "encoded" in str(defect)
    )
