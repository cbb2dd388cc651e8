"""SMTP of the SIM900, the SIM800 and the SIM7000: the body, sending, and the attachment that goes along.

Source: SIM900 e-mail manual V1.02 2.8, 2.10 and 2.11; SIM800 AT manual V1.12 chapter 14 and SIM7000 e-mail note V1.01,
which differ in AT+SMTPBODY. OK to AT+SMTPSEND says that the module has begun, +SMTPSEND how it ended.
"""

from typing import Annotated, Literal

from simcom_async.at.code import Code
from simcom_async.at.command import (
    Abort,
    ByParameter,
    Command,
    Completion,
    Ending,
    Entry,
    Form,
    Granted,
    Means,
    Patience,
    Service,
    Syntax,
    Terminated,
)
from simcom_async.at.escape import SUB_ONLY
from simcom_async.at.fields import Range
from simcom_async.at.message import Line, Prompt, Urc
from simcom_async.commands.topics import MailSent

__all__ = [
    "EMAIL_BLOCK_MAXIMUM",
    "EMAIL_BODY_MAXIMUM",
    "EmailSmtpBlock",
    "EmailSmtpBody",
    "EmailSmtpBodyDownload",
    "EmailSmtpBodyInput",
    "EmailSmtpBodyPrompt",
    "EmailSmtpCode",
    "EmailSmtpCredit",
    "EmailSmtpFinish",
    "EmailSmtpGrant",
    "EmailSmtpResult",
    "EmailSmtpSend",
]

#: Bytes of a body, hexadecimal digits where the charset wants them. No document prints a number.
EMAIL_BODY_MAXIMUM = 10_240
#: Bytes of an attachment at a time; a credit says less, 1360 in the document (SIM900 e-mail manual 3.3).
EMAIL_BLOCK_MAXIMUM = 1460

#: A server has 30 s for each answer (AT+EMAILTO), at most 120 s, and gives about eight.
_PATIENCE = Patience(completion=300.0)


class EmailSmtpCode(Code):
    """How sending a mail ended (SIM900 e-mail manual 2.10)."""

    SENT = 1, "the mail has been sent"
    NETWORK_ERROR = (
        61,
        "network error",
        True,
        "query the bearer of AT+EMAILCID, open it again when it is closed, then retry",
    )
    DNS_ERROR = 62, "the host name could not be resolved", True, "check AT+SMTPSRV, wait some seconds, then retry"
    CONNECT_ERROR = (
        63,
        "no connection to the server, or it was lost",
        True,
        "check host and port of AT+SMTPSRV, then retry",
    )
    TIMEOUT = (
        64,
        "the server was silent, or the attachment did not come",
        False,
        "ask for a longer time with AT+EMAILTO",
    )
    SERVER_ERROR = 65, "the server refused the mail, or ended the session", False, "ask the server's log"
    AUTH_REQUIRED = 66, "the server wants user and password", False, "set AT+SMTPAUTH=1"
    AUTH_FAILED = 67, "the server refused user or password", False, "check AT+SMTPAUTH"
    BAD_RECIPIENT = 68, "the server refused a recipient", False, "check AT+SMTPRCPT and AT+SMTPFROM"


class EmailSmtpBodyPrompt(Prompt):
    """The module takes the body now, up to Ctrl-Z; ESC cancels (SIM900 e-mail manual 2.8)."""

    wire = Line(">", mark=True, ref="SIM900 e-mail manual 2.8")


class EmailSmtpBody(Command[None]):
    """Enter the body, in hexadecimal unless AT+SMTPCS is ASCII (SIM900 e-mail manual 2.8)."""

    wire = Syntax(
        name="+SMTPBODY",
        form=Form.EXECUTE,
        tested=str(EMAIL_BODY_MAXIMUM),
        entry=Entry(
            prompt=EmailSmtpBodyPrompt,
            size=Terminated(SUB_ONLY),
            maximum=EMAIL_BODY_MAXIMUM,
            echoed=True,
        ),
        service=Service.SMTP,
        abort=Abort(entry=Means.ESC),
        ref="SIM900 e-mail manual 2.8",
    )


class EmailSmtpBodyDownload(Prompt):
    """The module takes the body now, as many bytes as were told (SIM800 AT manual 14.2.8)."""

    wire = Line("DOWNLOAD", ref="SIM800 AT manual 14.2.8")


class EmailSmtpBodyInput(Command[None]):
    """Enter a body of ``length`` bytes, any bytes (SIM800 AT manual 14.2.8, SIM7000 e-mail note 3.2.8)."""

    wire = Syntax(
        name="+SMTPBODY",
        form=Form.WRITE,
        tested="auto",
        entry=Entry(prompt=EmailSmtpBodyDownload, size=ByParameter("length"), maximum=EMAIL_BODY_MAXIMUM),
        service=Service.SMTP,
        abort=Abort(entry=Means.FILL),
        ref="SIM800 AT manual 14.2.8",
    )
    length: Annotated[int, Range(1, EMAIL_BODY_MAXIMUM)]


class EmailSmtpResult(MailSent):
    """How sending a mail ended (SIM900 e-mail manual 2.10)."""

    wire = Line("+SMTPSEND", ref="SIM900 e-mail manual 2.10")
    code: EmailSmtpCode


class EmailSmtpCredit(Urc):
    """The module takes the next block of the attachment, of at most ``maximum`` bytes (SIM900 e-mail manual 2.11)."""

    wire = Line("+SMTPFT", ref="SIM900 e-mail manual 2.11")
    mode: Literal[1] = 1
    maximum: Annotated[int, Range(1)]


class EmailSmtpGrant(Prompt):
    """The module takes ``length`` bytes of the attachment now (SIM900 e-mail manual 2.11)."""

    wire = Line("+SMTPFT", ref="SIM900 e-mail manual 2.11")
    mode: Literal[2] = 2
    length: Annotated[int, Range(0, EMAIL_BLOCK_MAXIMUM)]


class EmailSmtpSend(Command[EmailSmtpResult]):
    """Send the mail; with an attachment the module asks for it in between (SIM900 e-mail manual 2.10).

    There is no way to stop it. Patience covers a mail without attachment at the default AT+EMAILTO.
    """

    wire = Syntax(
        name="+SMTPSEND",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(Ending(EmailSmtpResult),)),
        patience=_PATIENCE,
        service=Service.SMTP,
        excludes=(Service.POP3,),
        needs=("EMAILCID", "SMTPSRV", "SMTPFROM", "SMTPRCPT"),
        codes=EmailSmtpCode,
        ref="SIM900 e-mail manual 2.10",
    )


class EmailSmtpBlock(Command[None]):
    """Hand over a block of the attachment, of at most what the last credit says (SIM900 e-mail manual 2.11).

    The bytes go into the mail as they are. ERROR without a credit, and when the server did not take them.
    """

    wire = Syntax(
        name="+SMTPFT",
        form=Form.WRITE,
        tested="",
        entry=Entry(prompt=EmailSmtpGrant, size=Granted("length", "length"), maximum=EMAIL_BLOCK_MAXIMUM),
        patience=Patience(final=130.0),
        service=Service.SMTP,
        needs=("SMTPSEND",),
        abort=Abort(entry=Means.FILL),
        ref="SIM900 e-mail manual 2.11",
    )
    length: Annotated[int, Range(1, EMAIL_BLOCK_MAXIMUM)]


class EmailSmtpFinish(Command[None]):
    """Say that the attachment is complete; the end of sending follows (SIM900 e-mail manual 2.11)."""

    wire = Syntax(
        name="+SMTPFT",
        form=Form.WRITE,
        service=Service.SMTP,
        needs=("SMTPSEND",),
        ref="SIM900 e-mail manual 2.11",
    )
    length: Literal[0] = 0
