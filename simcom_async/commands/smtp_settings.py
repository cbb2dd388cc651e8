"""Server, login, sender and recipients of the SIM7100's mails: AT+SMTPSRV to AT+SMTPRCPT.

Source: SIM7100 Internet service V0.01, 3.1 to 3.4. While a mail is being sent, every form that changes something is
refused. A mail that was sent takes its recipients with it, the rest stays; one that failed leaves all as it was. Names
are ASCII: other characters travel as encoded words.
"""

from enum import IntEnum
from typing import Annotated, Literal

from pydantic import SecretStr

from simcom_async.at.command import Command, Form, Service, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Spacing, Times

__all__ = [
    "SmtpAuth",
    "SmtpAuthClear",
    "SmtpAuthFlag",
    "SmtpAuthOff",
    "SmtpAuthRead",
    "SmtpAuthState",
    "SmtpRecipient",
    "SmtpRecipientKind",
    "SmtpRecipientLine",
    "SmtpRecipientRemove",
    "SmtpRecipientsClear",
    "SmtpRecipientsRead",
    "SmtpRecipientsRemove",
    "SmtpSender",
    "SmtpSenderClear",
    "SmtpSenderRead",
    "SmtpSenderState",
    "SmtpServer",
    "SmtpServerClear",
    "SmtpServerRead",
    "SmtpServerState",
]

_SPACED = Spacing(comma=", ")


class SmtpAuthFlag(IntEnum):
    """Whether the module logs in at the server (SIM7100 Internet service 3.2)."""

    OFF = 0
    ON = 1


class SmtpRecipientKind(IntEnum):
    """In which header a recipient stands; BCC in none (SIM7100 Internet service 3.4)."""

    TO = 0
    CC = 1
    BCC = 2


# --- the server ------------------------------------------------------------------------------------------------------


class SmtpServerState(Reply):
    """The server and its port (SIM7100 Internet service 3.1)."""

    wire = Line("+SMTPSRV", spacing=_SPACED, ref="SIM7100 Internet service 3.1")
    address: Annotated[str, Text()]
    port: Annotated[int, Range(1, 65535)]


class SmtpServer(Command[None]):
    """Set the server, an address or a name, and its port; 25 when it is left out (SIM7100 Internet service 3.1)."""

    wire = Syntax(
        name="+SMTPSRV",
        form=Form.WRITE,
        tested="(1-65535)",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.1",
    )
    address: Annotated[str, Text(min=1, max=128)]
    port: Annotated[int | None, Range(1, 65535)] = None


class SmtpServerRead(Command[SmtpServerState]):
    """Ask for the server and its port (SIM7100 Internet service 3.1)."""

    wire = Syntax(
        name="+SMTPSRV",
        form=Form.READ,
        replies=(SmtpServerState,),
        repeatable=True,
        ref="SIM7100 Internet service 3.1",
    )


class SmtpServerClear(Command[None]):
    """Forget the server; the port is 25 again (SIM7100 Internet service 3.1)."""

    wire = Syntax(
        name="+SMTPSRV",
        form=Form.EXECUTE,
        service=Service.SMTP,
        clears=("SMTPSRV",),
        repeatable=True,
        ref="SIM7100 Internet service 3.1",
    )


# --- authentication --------------------------------------------------------------------------------------------------


class SmtpAuthState(Reply):
    """Whether the module logs in, with user name and password; both are empty when it does not.

    Source: SIM7100 Internet service 3.2; its example prints 0 behind a 1 that was set (A11).
    """

    secret = True
    wire = Line("+SMTPAUTH", spacing=_SPACED, ref="SIM7100 Internet service 3.2")
    flag: SmtpAuthFlag
    user: Annotated[str, Text()]
    password: Annotated[SecretStr, Text()]


class SmtpAuth(Command[None]):
    """Log in at the server with this user name and password (SIM7100 Internet service 3.2)."""

    wire = Syntax(
        name="+SMTPAUTH",
        form=Form.WRITE,
        tested="(0,1)",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.2",
    )
    flag: Literal[1] = 1
    user: Annotated[str, Text(min=1, max=128)]
    password: Annotated[SecretStr, Text(max=128)]


class SmtpAuthOff(Command[None]):
    """Do not log in (SIM7100 Internet service 3.2)."""

    wire = Syntax(
        name="+SMTPAUTH",
        form=Form.WRITE,
        service=Service.SMTP,
        clears=("SMTPAUTH",),
        repeatable=True,
        ref="SIM7100 Internet service 3.2",
    )
    flag: Literal[0] = 0


class SmtpAuthRead(Command[SmtpAuthState]):
    """Ask whether the module logs in (SIM7100 Internet service 3.2)."""

    wire = Syntax(
        name="+SMTPAUTH",
        form=Form.READ,
        replies=(SmtpAuthState,),
        repeatable=True,
        ref="SIM7100 Internet service 3.2",
    )


class SmtpAuthClear(Command[None]):
    """Do not log in, and forget user name and password (SIM7100 Internet service 3.2)."""

    wire = Syntax(
        name="+SMTPAUTH",
        form=Form.EXECUTE,
        service=Service.SMTP,
        clears=("SMTPAUTH",),
        repeatable=True,
        ref="SIM7100 Internet service 3.2",
    )


# --- sender and recipients -------------------------------------------------------------------------------------------


class SmtpSenderState(Reply):
    """The sender's address and name (SIM7100 Internet service 3.3)."""

    wire = Line("+SMTPFROM", spacing=_SPACED, ref="SIM7100 Internet service 3.3")
    address: Annotated[str, Text()]
    name: Annotated[str, Text()]


class SmtpSender(Command[None]):
    """Set the sender's address and name, which may be left out (SIM7100 Internet service 3.3)."""

    wire = Syntax(
        name="+SMTPFROM",
        form=Form.WRITE,
        tested="",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.3",
    )
    address: Annotated[str, Text(min=1, max=128)]
    name: Annotated[str | None, Text(max=64)] = None


class SmtpSenderRead(Command[SmtpSenderState]):
    """Ask for the sender (SIM7100 Internet service 3.3)."""

    wire = Syntax(
        name="+SMTPFROM",
        form=Form.READ,
        replies=(SmtpSenderState,),
        repeatable=True,
        ref="SIM7100 Internet service 3.3",
    )


class SmtpSenderClear(Command[None]):
    """Forget the sender (SIM7100 Internet service 3.3)."""

    wire = Syntax(
        name="+SMTPFROM",
        form=Form.EXECUTE,
        service=Service.SMTP,
        clears=("SMTPFROM",),
        repeatable=True,
        ref="SIM7100 Internet service 3.3",
    )


class SmtpRecipientLine(Reply):
    """One recipient; the example prints it without blanks (SIM7100 Internet service 3.4, A12)."""

    wire = Line("+SMTPRCPT", spacing=_SPACED, times=Times.MANY, ref="SIM7100 Internet service 3.4")
    kind: SmtpRecipientKind
    index: Annotated[int, Range(0, 4)]
    address: Annotated[str, Text()]
    name: Annotated[str, Text()]


class SmtpRecipient(Command[None]):
    """Set one of the five recipients of a kind (SIM7100 Internet service 3.4)."""

    wire = Syntax(
        name="+SMTPRCPT",
        form=Form.WRITE,
        tested="(0-2), (0-4)",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.4",
    )
    kind: SmtpRecipientKind
    index: Annotated[int, Range(0, 4)]
    address: Annotated[str, Text(min=1, max=128)]
    name: Annotated[str | None, Text(max=64)] = None


class SmtpRecipientRemove(Command[None]):
    """Remove one recipient (SIM7100 Internet service 3.4)."""

    wire = Syntax(
        name="+SMTPRCPT",
        form=Form.WRITE,
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.4",
    )
    kind: SmtpRecipientKind
    index: Annotated[int, Range(0, 4)]


class SmtpRecipientsRemove(Command[None]):
    """Remove all recipients of a kind (SIM7100 Internet service 3.4)."""

    wire = Syntax(
        name="+SMTPRCPT",
        form=Form.WRITE,
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.4",
    )
    kind: SmtpRecipientKind


class SmtpRecipientsRead(Command[tuple[SmtpRecipientLine, ...]]):
    """List the recipients, by kind and index (SIM7100 Internet service 3.4)."""

    wire = Syntax(
        name="+SMTPRCPT",
        form=Form.READ,
        replies=(SmtpRecipientLine,),
        repeatable=True,
        ref="SIM7100 Internet service 3.4",
    )


class SmtpRecipientsClear(Command[None]):
    """Remove all recipients (SIM7100 Internet service 3.4)."""

    wire = Syntax(
        name="+SMTPRCPT",
        form=Form.EXECUTE,
        service=Service.SMTP,
        clears=("SMTPRCPT",),
        repeatable=True,
        ref="SIM7100 Internet service 3.4",
    )
