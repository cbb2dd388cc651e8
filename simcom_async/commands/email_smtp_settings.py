"""What a mail of the SIM900, the SIM800 and the SIM7000 is made of: AT+SMTPSRV to AT+SMTPCS.

Source: SIM900 e-mail manual V1.02 2.3 to 2.12; SIM800 AT manual V1.12 chapter 14 and SIM7000 e-mail note V1.01 have the
same. It stays set after a mail has been sent, and is lost at a restart.
"""

from enum import IntEnum
from typing import Annotated, Literal

from pydantic import SecretStr

from simcom_async.at.command import Command, Form, Service, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Times
from simcom_async.at.setting import Setting
from simcom_async.commands.email import EMAIL_TEXT_MAXIMUM

__all__ = [
    "EMAIL_RECIPIENTS",
    "EMAIL_SUBJECT_MAXIMUM",
    "EmailSmtpAuth",
    "EmailSmtpAuthOff",
    "EmailSmtpAuthRead",
    "EmailSmtpAuthState",
    "EmailSmtpAuthType",
    "EmailSmtpBinaryFile",
    "EmailSmtpCharset",
    "EmailSmtpEncoding",
    "EmailSmtpFileRead",
    "EmailSmtpFileState",
    "EmailSmtpFileType",
    "EmailSmtpFrom",
    "EmailSmtpNoFile",
    "EmailSmtpRecipient",
    "EmailSmtpRecipientLine",
    "EmailSmtpRecipientRemove",
    "EmailSmtpRecipientType",
    "EmailSmtpRecipientsRead",
    "EmailSmtpRecipientsRemove",
    "EmailSmtpServer",
    "EmailSmtpSubject",
    "EmailSmtpTextFile",
]

#: Characters of a subject, hexadecimal digits where the charset wants them. No document prints a number.
EMAIL_SUBJECT_MAXIMUM = 500
#: Recipients of each type. No document prints a number.
EMAIL_RECIPIENTS = 5


class EmailSmtpAuthType(IntEnum):
    """Whether the module authenticates itself (SIM900 e-mail manual 2.4)."""

    NONE = 0
    LOGIN = 1


class EmailSmtpRecipientType(IntEnum):
    """Which header names a recipient; BCC: none (SIM900 e-mail manual 2.6)."""

    TO = 0
    CC = 1
    BCC = 2


class EmailSmtpFileType(IntEnum):
    """What kind of file is attached (SIM900 e-mail manual 2.9)."""

    NONE = 0
    TEXT = 1
    BINARY = 2


class EmailSmtpEncoding(IntEnum):
    """The transfer encoding of an attachment; the host does it (SIM900 e-mail manual 2.9)."""

    SEVEN_BIT = 0
    BASE64 = 1


class EmailSmtpServer(Setting):
    """The server, an address or a name, and its port (SIM900 e-mail manual 2.3)."""

    wire = Syntax(
        name="+SMTPSRV",
        form=Form.WRITE,
        tested="auto",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.3",
    )
    host: Annotated[str, Text(max=EMAIL_TEXT_MAXIMUM, quoted=None)] = ""
    port: Annotated[int | None, Range(1, 65535)] = 25


class EmailSmtpAuthState(Reply):
    """Whether the module authenticates itself, and as whom (SIM900 e-mail manual 2.4)."""

    wire = Line("+SMTPAUTH", ref="SIM900 e-mail manual 2.4")
    secret = True
    type: EmailSmtpAuthType
    user: Annotated[str | None, Text(quoted=None)] = None
    password: Annotated[SecretStr | None, Text(quoted=None)] = None


class EmailSmtpAuth(Command[None]):
    """Authenticate with user and password (SIM900 e-mail manual 2.4)."""

    wire = Syntax(
        name="+SMTPAUTH",
        form=Form.WRITE,
        tested=f"(0,1),{EMAIL_TEXT_MAXIMUM},{EMAIL_TEXT_MAXIMUM}",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.4",
    )
    type: Literal[1] = 1
    user: Annotated[str, Text(max=EMAIL_TEXT_MAXIMUM)]
    password: Annotated[SecretStr, Text(max=EMAIL_TEXT_MAXIMUM)]


class EmailSmtpAuthOff(Command[None]):
    """Do not authenticate; user and password must not be given (SIM900 e-mail manual 2.4)."""

    wire = Syntax(
        name="+SMTPAUTH",
        form=Form.WRITE,
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.4",
    )
    type: Literal[0] = 0


class EmailSmtpAuthRead(Command[EmailSmtpAuthState]):
    """Ask whether the module authenticates itself (SIM900 e-mail manual 2.4)."""

    wire = Syntax(
        name="+SMTPAUTH",
        form=Form.READ,
        replies=(EmailSmtpAuthState,),
        repeatable=True,
        ref="SIM900 e-mail manual 2.4",
    )


class EmailSmtpFrom(Setting):
    """Address and name of the sender (SIM900 e-mail manual 2.5)."""

    wire = Syntax(
        name="+SMTPFROM",
        form=Form.WRITE,
        tested="auto",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.5",
    )
    address: Annotated[str, Text(max=EMAIL_TEXT_MAXIMUM, quoted=None)] = ""
    name: Annotated[str | None, Text(max=EMAIL_TEXT_MAXIMUM, quoted=None)] = None


class EmailSmtpRecipientLine(Reply):
    """One recipient that is set (SIM900 e-mail manual 2.6)."""

    wire = Line("+SMTPRCPT", times=Times.MANY, ref="SIM900 e-mail manual 2.6")
    type: EmailSmtpRecipientType
    index: Annotated[int, Range(0, EMAIL_RECIPIENTS - 1)]
    address: Annotated[str, Text(quoted=None)]
    name: Annotated[str | None, Text(quoted=None)] = None


class EmailSmtpRecipient(Command[None]):
    """Set a recipient: each type has places of its own, counted from 0 (SIM900 e-mail manual 2.6)."""

    wire = Syntax(
        name="+SMTPRCPT",
        form=Form.WRITE,
        tested="auto",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.6",
    )
    type: EmailSmtpRecipientType = EmailSmtpRecipientType.TO
    index: Annotated[int, Range(0, EMAIL_RECIPIENTS - 1)] = 0
    address: Annotated[str, Text(min=1, max=EMAIL_TEXT_MAXIMUM)]
    name: Annotated[str | None, Text(max=EMAIL_TEXT_MAXIMUM)] = None


class EmailSmtpRecipientRemove(Command[None]):
    """Remove one recipient (SIM900 e-mail manual 2.6)."""

    wire = Syntax(
        name="+SMTPRCPT",
        form=Form.WRITE,
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.6",
    )
    type: EmailSmtpRecipientType
    index: Annotated[int, Range(0, EMAIL_RECIPIENTS - 1)]


class EmailSmtpRecipientsRemove(Command[None]):
    """Remove all recipients of a type (SIM900 e-mail manual 2.6)."""

    wire = Syntax(
        name="+SMTPRCPT",
        form=Form.WRITE,
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.6",
    )
    type: EmailSmtpRecipientType


class EmailSmtpRecipientsRead(Command[tuple[EmailSmtpRecipientLine, ...]]):
    """Ask for the recipients that are set (SIM900 e-mail manual 2.6)."""

    wire = Syntax(
        name="+SMTPRCPT",
        form=Form.READ,
        replies=(EmailSmtpRecipientLine,),
        repeatable=True,
        ref="SIM900 e-mail manual 2.6",
    )


class EmailSmtpSubject(Setting):
    """The subject, in hexadecimal unless AT+SMTPCS is ASCII (SIM900 e-mail manual 2.7)."""

    wire = Syntax(
        name="+SMTPSUB",
        form=Form.WRITE,
        tested="auto",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.7",
    )
    subject: Annotated[str, Text(max=EMAIL_SUBJECT_MAXIMUM, quoted=None)] = ""


class EmailSmtpFileState(Reply):
    """The attachment that is set (SIM900 e-mail manual 2.9)."""

    wire = Line("+SMTPFILE", ref="SIM900 e-mail manual 2.9")
    type: EmailSmtpFileType
    name: Annotated[str | None, Text(quoted=None)] = None
    encoding: EmailSmtpEncoding | None = None


class EmailSmtpNoFile(Command[None]):
    """Attach nothing (SIM900 e-mail manual 2.9)."""

    wire = Syntax(
        name="+SMTPFILE",
        form=Form.WRITE,
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.9",
    )
    type: Literal[0] = 0


class EmailSmtpTextFile(Command[None]):
    """Attach a text file: short lines of ASCII, which go as they are (SIM900 e-mail manual 2.9)."""

    wire = Syntax(
        name="+SMTPFILE",
        form=Form.WRITE,
        tested=f"(0-2),{EMAIL_TEXT_MAXIMUM},(0,1)",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.9",
    )
    type: Literal[1] = 1
    name: Annotated[str, Text(min=1, max=EMAIL_TEXT_MAXIMUM)]
    encoding: Literal[0] = 0


class EmailSmtpBinaryFile(Command[None]):
    """Attach a binary file: the host hands it over in base64 (SIM900 e-mail manual 2.9)."""

    wire = Syntax(
        name="+SMTPFILE",
        form=Form.WRITE,
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.9",
    )
    type: Literal[2] = 2
    name: Annotated[str, Text(min=1, max=EMAIL_TEXT_MAXIMUM)]
    encoding: Literal[1] = 1


class EmailSmtpFileRead(Command[EmailSmtpFileState]):
    """Ask which attachment is set (SIM900 e-mail manual 2.9)."""

    wire = Syntax(
        name="+SMTPFILE",
        form=Form.READ,
        replies=(EmailSmtpFileState,),
        repeatable=True,
        ref="SIM900 e-mail manual 2.9",
    )


class EmailSmtpCharset(Setting):
    """The charset of subject and body; unless ASCII both are in hexadecimal (SIM900 e-mail manual 2.12)."""

    wire = Syntax(
        name="+SMTPCS",
        form=Form.WRITE,
        tested="auto",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM900 e-mail manual 2.12",
    )
    charset: Annotated[str, Text(max=20, quoted=None)] = "ASCII"
