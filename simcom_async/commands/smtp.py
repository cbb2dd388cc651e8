"""Sending a mail with the SIM7100: AT+SMTPSEND, AT+SMTPSTOP, and how it ended, in words.

Source: SIM7100 Internet service V0.01, 3.9 and 3.10; SIM5320 AT manual V2.02 16.7.9. What the mail is made of is in
``smtp_settings`` and ``smtp_content``. One mail is sent at a time.
"""

from enum import IntEnum
from typing import Annotated, Literal

from simcom_async.at.code import Word
from simcom_async.at.command import (
    Abort,
    Command,
    Completion,
    Ending,
    Form,
    Means,
    Patience,
    Position,
    Probe,
    Service,
    Syntax,
)
from simcom_async.at.fields import Text
from simcom_async.at.message import Line, Reply, Times, Urc
from simcom_async.commands.topics import MailSent

__all__ = [
    "SmtpAccepted",
    "SmtpActivity",
    "SmtpCode",
    "SmtpEnded",
    "SmtpOngoing",
    "SmtpOversize",
    "SmtpSend",
    "SmtpSendRead",
    "SmtpSendState",
    "SmtpStop",
]


class SmtpCode(Word):
    """How sending a mail ended, or why it did not begin (SIM7100 Internet service 3.8 and 3.9).

    The table of 3.9 has slipped by a row (A17): silence of the server is SERVER ERROR. USER CANCEL is only in the
    SIM5320 AT manual.
    """

    SUCCESS = "SUCCESS", "the server has taken the mail"
    ONGOING = "ONGOING", "a mail is being sent", True, "wait until it has ended, or stop it with AT+SMTPSTOP"
    OVERSIZE = "OVERSIZE", "the attachments are larger than 10 MB together", False, "send them in several mails"
    PARAM_ERROR = (
        "PARAM ERROR",
        "the server, the sender or every recipient is missing",
        False,
        "set AT+SMTPSRV, AT+SMTPFROM and AT+SMTPRCPT",
    )
    NETWORK_ERROR = (
        "NETWORK ERROR",
        "the server cannot be reached, or the network has failed",
        True,
        "check AT+SMTPSRV and the network, then retry",
    )
    SERVER_ERROR = (
        "SERVER ERROR",
        "the server refused, closed the session, or did not answer in time",
        True,
        "check sender and recipients, then retry later",
    )
    AUTH_REQUIRED = "AUTH REQUIRED", "the server demands a login", False, "set AT+SMTPAUTH"
    AUTH_ERROR = "AUTH ERROR", "the server refused user name and password", False, "check AT+SMTPAUTH"
    USER_CANCEL = "USER CANCEL", "stopped by AT+SMTPSTOP"


class SmtpActivity(IntEnum):
    """Whether a mail is being sent (SIM7100 Internet service 3.9)."""

    IDLE = 0
    BUSY = 1


class SmtpAccepted(Urc):
    """The server has greeted and the mail is being sent, before or behind OK (SIM7100 Internet service 3.9)."""

    wire = Line("+SMTP", times=Times.OPTIONAL, ref="SIM7100 Internet service 3.9")
    word: Literal["OK"] = "OK"


class SmtpOngoing(Reply, Urc):
    """Refused: a mail is being sent (SIM7100 Internet service 3.9)."""

    wire = Line("+SMTP", times=Times.OPTIONAL, ref="SIM7100 Internet service 3.9")
    code: Literal[SmtpCode.ONGOING] = SmtpCode.ONGOING


class SmtpOversize(Reply):
    """Refused: the attachments would be larger than 10 MB together (SIM7100 Internet service 3.8)."""

    wire = Line("+SMTP", times=Times.OPTIONAL, ref="SIM7100 Internet service 3.8")
    code: Literal[SmtpCode.OVERSIZE] = SmtpCode.OVERSIZE


class SmtpEnded(MailSent):
    """How sending the mail ended; in front of ERROR, why it did not begin (SIM7100 Internet service 3.9)."""

    wire = Line("+SMTP", ref="SIM7100 Internet service 3.9")
    code: Annotated[
        SmtpCode,
        Text(quoted=False, pattern=r"(?!(?:OK|ONGOING|OVERSIZE)[ \t]*\Z)[A-Z][A-Z0-9 /_-]*"),
    ]


class SmtpSendState(Reply):
    """Whether a mail is being sent (SIM7100 Internet service 3.9)."""

    wire = Line("+SMTPSEND", ref="SIM7100 Internet service 3.9")
    ongoing: SmtpActivity


class SmtpSendRead(Command[SmtpSendState]):
    """Ask whether a mail is being sent (SIM7100 Internet service 3.9)."""

    wire = Syntax(
        name="+SMTPSEND",
        form=Form.READ,
        replies=(SmtpSendState,),
        repeatable=True,
        ref="SIM7100 Internet service 3.9",
    )


class SmtpStop(Command[None]):
    """Stop sending and close the session; ERROR when no mail is being sent (SIM7100 Internet service 3.10).

    Behind its OK the mail may end with USER CANCEL (SIM5320 AT manual 16.7.9); the SIM7100 document is silent.
    """

    wire = Syntax(
        name="+SMTPSTOP",
        form=Form.EXECUTE,
        tested="",
        patience=Patience(final=30.0),
        service=Service.SMTP,
        ref="SIM7100 Internet service 3.10",
    )


class SmtpSend(Command[SmtpEnded]):
    """Send the mail, and wait until it has ended; a mail that was sent clears what it was made of.

    Patience covers a large mail over a slow network. Source: SIM7100 Internet service 3.9; the SIM5320 AT manual 16.7.9
    has OK in front of ``+SMTP: OK``.
    """

    wire = Syntax(
        name="+SMTPSEND",
        form=Form.EXECUTE,
        tested="",
        replies=(SmtpAccepted, SmtpOngoing),
        completion=Completion(
            endings=(Ending(SmtpEnded),),
            packets=(SmtpAccepted,),
            position=Position.EITHER,
        ),
        patience=Patience(final=130.0, completion=900.0),
        service=Service.SMTP,
        needs=("SMTPSRV", "SMTPFROM", "SMTPRCPT"),
        clears=("SMTPRCPT", "SMTPSUB", "SMTPBODY", "SMTPFILE"),
        abort=Abort(after=Means.COMMAND, command=SmtpStop),
        probe=Probe(SmtpSendRead, "ongoing", SmtpActivity.IDLE),
        codes=SmtpCode,
        ref="SIM7100 Internet service 3.9",
    )
