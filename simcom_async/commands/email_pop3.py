"""POP3 of the SIM900, the SIM800 and the SIM7000: the session, and what one line answers.

Source: SIM900 e-mail manual V1.02 2.13 to 2.22; chapter 14 of the SIM800 AT manual V1.12 and the SIM7000 e-mail note
V1.01 have the same. OK says that the module has asked the server, the completion what the server said. +POP3OUT ends
the session, whatever was under way. A question is not given up by AT+POP3OUT, which would delete what is marked: its
answer comes, or the end of the session, within the time of AT+EMAILTO.
"""

from enum import IntEnum
from typing import Annotated

from pydantic import SecretStr

from simcom_async.at.code import Code
from simcom_async.at.command import (
    Abort,
    Command,
    Completion,
    Ending,
    Form,
    Means,
    Patience,
    Service,
    Syntax,
)
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Line, Urc
from simcom_async.at.setting import Setting
from simcom_async.commands.email import EMAIL_TEXT_MAXIMUM
from simcom_async.commands.topics import MailboxClosed

__all__ = [
    "EMAIL_MAILS",
    "EMAIL_SESSION_ENDS",
    "EmailPop3Answer",
    "EmailPop3Count",
    "EmailPop3CountResult",
    "EmailPop3Delete",
    "EmailPop3DeleteResult",
    "EmailPop3Ended",
    "EmailPop3Login",
    "EmailPop3LoginCode",
    "EmailPop3LoginResult",
    "EmailPop3Logout",
    "EmailPop3OutCode",
    "EmailPop3Reset",
    "EmailPop3ResetResult",
    "EmailPop3Server",
    "EmailPop3Size",
    "EmailPop3SizeResult",
    "EmailPop3Uid",
    "EmailPop3UidResult",
]

#: Numbers of mails. No document prints a range.
EMAIL_MAILS = Range(1, 65535)

#: A server has 30 s for an answer (AT+EMAILTO), at most 120 s; logging in takes three answers.
_PATIENCE = Patience(completion=130.0)
_LOGIN_PATIENCE = Patience(completion=150.0)
_SESSION = ("POP3IN",)


class EmailPop3LoginCode(Code):
    """How logging in ended (SIM900 e-mail manual 2.14)."""

    LOGGED_IN = 1, "logged in"
    NETWORK_ERROR = (
        61,
        "network error",
        True,
        "query the bearer of AT+EMAILCID, open it again when it is closed, then retry",
    )
    DNS_ERROR = 62, "the host name could not be resolved", True, "check AT+POP3SRV, wait some seconds, then retry"
    CONNECT_ERROR = (
        63,
        "no connection to the server, or it was lost",
        True,
        "check host and port of AT+POP3SRV, then retry",
    )
    TIMEOUT = 64, "the server was silent", True, "ask for a longer time with AT+EMAILTO, then retry"
    SERVER_ERROR = 65, "the server's answer was not understood", False, "check host and port of AT+POP3SRV"
    REFUSED = 66, "the server takes no logins", True, "retry later: the mailbox may be in use"
    USER_ERROR = 67, "the server refused the user name", False, "check AT+POP3SRV"
    PASSWORD_ERROR = 68, "the server refused user name or password", False, "check AT+POP3SRV"


class EmailPop3OutCode(Code):
    """How a session ended (SIM900 e-mail manual 2.15, 2.19)."""

    LOGGED_OUT = 1, "logged out: marked mails are deleted"
    NETWORK_ERROR = 61, "network error", True, "query the bearer of AT+EMAILCID, then log in again"
    DNS_ERROR = 62, "the host name could not be resolved", True, "check AT+POP3SRV, then log in again"
    CONNECT_ERROR = 63, "the connection has ended", True, "log in again"
    TIMEOUT = 64, "the server was silent", True, "log in again"
    READ_TIMEOUT = 69, "data were not read in time", True, "log in again, and read without a pause"


class EmailPop3Answer(IntEnum):
    """What the server said (SIM900 e-mail manual 2.15)."""

    NEGATIVE = 0
    POSITIVE = 1


class EmailPop3LoginResult(Urc):
    """How logging in ended (SIM900 e-mail manual 2.14)."""

    wire = Line("+POP3IN", ref="SIM900 e-mail manual 2.14")
    code: EmailPop3LoginCode


class EmailPop3Ended(MailboxClosed):
    """The session has ended, and with it what was under way (SIM900 e-mail manual 2.15 to 2.22)."""

    wire = Line("+POP3OUT", ref="SIM900 e-mail manual 2.22")
    code: EmailPop3OutCode


class EmailPop3CountResult(Urc):
    """Number of the mails and their size in bytes, or a negative answer (SIM900 e-mail manual 2.15)."""

    wire = Line("+POP3NUM", ref="SIM900 e-mail manual 2.15")
    answer: EmailPop3Answer
    number: Annotated[int | None, Range(0)] = None
    size: Annotated[int | None, Range(0)] = None


class EmailPop3SizeResult(Urc):
    """Size of a mail in bytes, or a negative answer (SIM900 e-mail manual 2.16)."""

    wire = Line("+POP3LIST", ref="SIM900 e-mail manual 2.16")
    answer: EmailPop3Answer
    number: Annotated[int | None, EMAIL_MAILS] = None
    size: Annotated[int | None, Range(0)] = None


class EmailPop3UidResult(Urc):
    """The unique id of a mail, 1 to 70 characters, or a negative answer (SIM900 e-mail manual 2.17)."""

    wire = Line("+POP3UIDL", ref="SIM900 e-mail manual 2.17")
    answer: EmailPop3Answer
    number: Annotated[int | None, EMAIL_MAILS] = None
    uid: Annotated[str | None, Rest()] = None


class EmailPop3DeleteResult(Urc):
    """The mail is marked, or a negative answer (SIM900 e-mail manual 2.20)."""

    wire = Line("+POP3DEL", ref="SIM900 e-mail manual 2.20")
    answer: EmailPop3Answer


class EmailPop3ResetResult(Urc):
    """All marks are removed, or a negative answer, which the document misprints (SIM900 e-mail manual 2.21)."""

    wire = Line("+POP3RSET", aliases=("+POP3REST",), ref="SIM900 e-mail manual 2.21")
    answer: EmailPop3Answer


class EmailPop3Server(Setting):
    """The server, its port, user and password (SIM900 e-mail manual 2.13)."""

    wire = Syntax(
        name="+POP3SRV",
        form=Form.WRITE,
        tested="auto",
        service=Service.POP3,
        repeatable=True,
        ref="SIM900 e-mail manual 2.13",
    )
    secret = True
    host: Annotated[str, Text(max=EMAIL_TEXT_MAXIMUM, quoted=None)] = ""
    user: Annotated[str, Text(max=EMAIL_TEXT_MAXIMUM, quoted=None)] = ""
    password: Annotated[SecretStr, Text(max=EMAIL_TEXT_MAXIMUM, quoted=None)] = SecretStr("")
    port: Annotated[int | None, Range(1, 65535)] = 110


#: The end of the session is the end of whatever is under way in it.
EMAIL_SESSION_ENDS = Ending(EmailPop3Ended, shared=True)


class EmailPop3Logout(Command[EmailPop3Ended]):
    """Log out: the server deletes what is marked; ERROR without a session (SIM900 e-mail manual 2.22)."""

    wire = Syntax(
        name="+POP3OUT",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(EMAIL_SESSION_ENDS,)),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=_SESSION,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.22",
    )


class EmailPop3Login(Command[EmailPop3LoginResult | EmailPop3Ended]):
    """Log in (SIM900 e-mail manual 2.14)."""

    wire = Syntax(
        name="+POP3IN",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(Ending(EmailPop3LoginResult), EMAIL_SESSION_ENDS)),
        patience=_LOGIN_PATIENCE,
        service=Service.POP3,
        excludes=(Service.SMTP,),
        needs=("EMAILCID", "POP3SRV"),
        abort=Abort(after=Means.COMMAND, command=EmailPop3Logout),
        codes=EmailPop3LoginCode,
        ref="SIM900 e-mail manual 2.14",
    )


class EmailPop3Count(Command[EmailPop3CountResult | EmailPop3Ended]):
    """Ask for the number of the mails and their size (SIM900 e-mail manual 2.15)."""

    wire = Syntax(
        name="+POP3NUM",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(Ending(EmailPop3CountResult), EMAIL_SESSION_ENDS)),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=_SESSION,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.15",
    )


class EmailPop3Size(Command[EmailPop3SizeResult | EmailPop3Ended]):
    """Ask for the size of a mail (SIM900 e-mail manual 2.16)."""

    wire = Syntax(
        name="+POP3LIST",
        form=Form.WRITE,
        tested="auto",
        completion=Completion(endings=(Ending(EmailPop3SizeResult), EMAIL_SESSION_ENDS)),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=_SESSION,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.16",
    )
    number: Annotated[int, EMAIL_MAILS]


class EmailPop3Uid(Command[EmailPop3UidResult | EmailPop3Ended]):
    """Ask for the unique id of a mail (SIM900 e-mail manual 2.17)."""

    wire = Syntax(
        name="+POP3UIDL",
        form=Form.WRITE,
        tested="auto",
        completion=Completion(endings=(Ending(EmailPop3UidResult), EMAIL_SESSION_ENDS)),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=_SESSION,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.17",
    )
    number: Annotated[int, EMAIL_MAILS]


class EmailPop3Delete(Command[EmailPop3DeleteResult | EmailPop3Ended]):
    """Mark a mail; it is deleted when the session ends in order (SIM900 e-mail manual 2.20)."""

    wire = Syntax(
        name="+POP3DEL",
        form=Form.WRITE,
        tested="auto",
        completion=Completion(endings=(Ending(EmailPop3DeleteResult), EMAIL_SESSION_ENDS)),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=_SESSION,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.20",
    )
    number: Annotated[int, EMAIL_MAILS]


class EmailPop3Reset(Command[EmailPop3ResetResult | EmailPop3Ended]):
    """Remove all marks (SIM900 e-mail manual 2.21)."""

    wire = Syntax(
        name="+POP3RSET",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(Ending(EmailPop3ResetResult), EMAIL_SESSION_ENDS)),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=_SESSION,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.21",
    )
