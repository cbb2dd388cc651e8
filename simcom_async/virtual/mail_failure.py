"""Why mail work of a module has failed: the stage and the reason. Each family has its own codes for these."""

from __future__ import annotations

from enum import StrEnum

from simcom_async.virtual import internet
from simcom_async.virtual.internet import NetworkFailure

__all__ = ["MailReason", "Pop3Failure", "Pop3Negative", "Pop3Stage", "SmtpFailure", "SmtpStage", "reason_of"]


class MailReason(StrEnum):
    """What went wrong."""

    NAME = "the name is not resolved"
    CONNECT = "no connection"
    BUSY = "too many connections"
    TLS = "no TLS channel"
    SILENT = "the server is silent"
    CLOSED = "the server has closed the connection, or it is lost"
    GARBAGE = "the answer is not to be understood"
    REFUSED = "the server refuses"
    AUTH_REQUIRED = "the server wants a login first (530)"
    AUTH_FAILED = "the server does not take the user name or the password (535)"


#: Causes of the network by their reason, the most special first.
_REASONS: tuple[tuple[type[NetworkFailure], MailReason], ...] = (
    (internet.NameNotResolved, MailReason.NAME),
    (internet.SilentServer, MailReason.SILENT),
    (internet.StackBusy, MailReason.BUSY),
    (internet.TlsFailed, MailReason.TLS),
)


def reason_of(failure: NetworkFailure, *, connected: bool) -> MailReason:
    """The reason behind a failure of the network, before or after the connection was made."""
    for cause, reason in _REASONS:
        if isinstance(failure, cause):
            return reason
    return MailReason.CLOSED if connected else MailReason.CONNECT


class SmtpStage(StrEnum):
    """How far a SMTP session had come: what was asked of the server last."""

    CONNECT = "connect"
    GREETING = "greeting"
    HELLO = "EHLO, HELO"
    TLS = "STARTTLS"
    LOGIN = "AUTH"
    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    DATA = "DATA"
    CONTENT = "content"
    ACCEPTANCE = "end of the content"
    QUIT = "QUIT"


class SmtpFailure(NetworkFailure):
    """Mail was not sent, at this stage and for this reason; ``reply`` is the server's answer, where there was one.

    ``code`` is the number in it (0: there is none); ``recipient`` is the one that was refused, at stage RECIPIENT.
    """

    def __init__(self, stage: SmtpStage, reason: MailReason, reply: str = "", *, recipient: str = "") -> None:
        self.stage = stage
        self.reason = reason
        self.reply = reply
        self.recipient = recipient
        super().__init__(f"{stage}: {reason}: {reply}" if reply else f"{stage}: {reason}")

    @property
    def code(self) -> int:
        """The number of the server's answer, 0 without one."""
        return int(self.reply[:3]) if self.reply[:3].isdecimal() else 0

    @property
    def unknown(self) -> bool:
        """Whether the server may have taken the mail: all of it was sent, and no answer came."""
        return self.stage is SmtpStage.ACCEPTANCE and self.reason in (
            MailReason.CLOSED,
            MailReason.SILENT,
            MailReason.GARBAGE,
        )


class Pop3Stage(StrEnum):
    """How far a POP3 session had come: what was asked of the server last."""

    CONNECT = "connect"
    GREETING = "greeting"
    USER = "USER"
    PASSWORD = "PASS"  # noqa: S105 - the verb
    QUESTION = "question"
    READING = "reading"
    QUIT = "QUIT"


class Pop3Failure(NetworkFailure):
    """The session is over, at this stage and for this reason; ``reply`` is what the server has said, where it has."""

    def __init__(self, stage: Pop3Stage, reason: MailReason, reply: str = "") -> None:
        self.stage = stage
        self.reason = reason
        self.reply = reply
        super().__init__(f"{stage}: {reason}: {reply}" if reply else f"{stage}: {reason}")


class Pop3Negative(Exception):
    """The server has answered ``-ERR`` (``reply``: its whole line). The session goes on where the server lets it."""

    def __init__(self, stage: Pop3Stage, reply: str) -> None:
        self.stage = stage
        self.reply = reply
        super().__init__(f"{stage}: {reply}")
