"""Mailboxes at the SIM7100: account, login, what there is; with results in words.

Source: SIM7100 Internet service V0.01, 4.1 to 4.4, 4.8 and 4.9. The module stays logged in until AT+POP3OUT or
AT+POP3STOP. One operation runs at a time. What it does with a single mail is in ``pop3_mail``.
"""

from typing import Annotated, Literal

from pydantic import SecretStr

from simcom_async.at.code import Word
from simcom_async.at.command import (
    Command,
    Form,
    Patience,
    Service,
    Syntax,
)
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Spacing, Times, Urc

__all__ = [
    "Pop3Code",
    "Pop3Count",
    "Pop3Done",
    "Pop3Entry",
    "Pop3Failed",
    "Pop3List",
    "Pop3ListOne",
    "Pop3LoggedIn",
    "Pop3LoggedOut",
    "Pop3Login",
    "Pop3LoginRead",
    "Pop3Logout",
    "Pop3Number",
    "Pop3Ongoing",
    "Pop3Server",
    "Pop3ServerClear",
    "Pop3ServerRead",
    "Pop3ServerState",
    "Pop3Size",
    "Pop3Stop",
    "Pop3Total",
]

#: A module gives up on a silent server first, and says so.
_PATIENCE = Patience(final=130.0)


class Pop3Code(Word):
    """How a POP3 operation ended (SIM7100 Internet service 4.2 to 4.8).

    EMPTY and AUTH ERROR are only in the SIM5320 AT manual V1.23.
    """

    FAILURE = "FAILURE", "the mail could not be fetched", False, "check its number with AT+POP3LIST"
    SUCCESS = "SUCCESS", "done"
    EMPTY = "EMPTY", "there is no mail"
    ONGOING = (
        "ONGOING",
        "another POP3 operation is running",
        True,
        "wait until it has ended, or stop it with AT+POP3STOP",
    )
    SERVER_ERROR = (
        "SERVER ERROR",
        "the server refused, closed the session, or did not answer in time; or there is no mail of that number",
        True,
        "check the number of the mail, log in again, then retry",
    )
    FILE_SYSTEM_ERROR = (
        "FILE SYSTEM ERROR",
        "the mail could not be saved, and the session is closed",
        False,
        "make space in the file system, or choose another place with AT+FSLOCA",
    )
    AUTH_ERROR = "AUTH ERROR", "the server refused the login", False, "check AT+POP3SRV"
    INVALID_UN = "INVALID UN", "the server refused the user name", False, "check AT+POP3SRV"
    INVALID_UN_PWD = "INVALID UN/PWD", "the server refused user name and password", False, "check AT+POP3SRV"
    NETWORK_ERROR = (
        "NETWORK ERROR",
        "the server cannot be reached, or the network has failed",
        True,
        "check AT+POP3SRV and the network, log in again, then retry",
    )


# --- the account -----------------------------------------------------------------------------------------------------


class Pop3ServerState(Reply):
    """The server and the account (SIM7100 Internet service 4.1)."""

    secret = True
    wire = Line("+POP3SRV", spacing=Spacing(comma=", "), ref="SIM7100 Internet service 4.1")
    address: Annotated[str, Text()]
    user: Annotated[str, Text()]
    password: Annotated[SecretStr, Text()]
    port: Annotated[int, Range(1, 65535)]


class Pop3Server(Command[None]):
    """Set server, account and port; 110 when it is left out. ERROR while logged in (SIM7100 Internet service 4.1)."""

    wire = Syntax(
        name="+POP3SRV",
        form=Form.WRITE,
        tested="(1-65535)",
        service=Service.POP3,
        repeatable=True,
        ref="SIM7100 Internet service 4.1",
    )
    address: Annotated[str, Text(min=1, max=128)]
    user: Annotated[str, Text(min=1, max=128)]
    password: Annotated[SecretStr, Text(min=1, max=128)]
    port: Annotated[int | None, Range(1, 65535)] = None


class Pop3ServerRead(Command[Pop3ServerState]):
    """Ask for server and account (SIM7100 Internet service 4.1)."""

    wire = Syntax(
        name="+POP3SRV",
        form=Form.READ,
        replies=(Pop3ServerState,),
        repeatable=True,
        ref="SIM7100 Internet service 4.1",
    )


class Pop3ServerClear(Command[None]):
    """Forget server and account; the port is 110 again (SIM7100 Internet service 4.1)."""

    wire = Syntax(
        name="+POP3SRV",
        form=Form.EXECUTE,
        service=Service.POP3,
        clears=("POP3SRV",),
        repeatable=True,
        ref="SIM7100 Internet service 4.1",
    )


# --- results that several commands have ------------------------------------------------------------------------------


class Pop3Done(Reply):
    """The operation has succeeded (SIM7100 Internet service 4.2)."""

    wire = Line("+POP3", ref="SIM7100 Internet service 4.2")
    code: Literal[Pop3Code.SUCCESS] = Pop3Code.SUCCESS


class Pop3Ongoing(Reply, Urc):
    """Refused: another operation is running; OK or ERROR follows (SIM7100 Internet service 4.3, A20)."""

    wire = Line("+POP3", times=Times.OPTIONAL, ref="SIM7100 Internet service 4.3")
    code: Literal[Pop3Code.ONGOING] = Pop3Code.ONGOING


class Pop3Failed(Reply, Urc):
    """The operation has failed: in front of ERROR, or as the end of AT+POP3GET (SIM7100 Internet service 4.2, 4.6)."""

    wire = Line("+POP3", times=Times.OPTIONAL, ref="SIM7100 Internet service 4.2")
    code: Annotated[
        Pop3Code,
        Text(quoted=False, pattern=r"(?!(?:SUCCESS|ONGOING)[ \t]*\Z)[A-Z][A-Z0-9 /_-]*"),
    ]


# --- the session -----------------------------------------------------------------------------------------------------


class Pop3LoggedIn(Reply):
    """The server where the module is logged in (SIM7100 Internet service 4.2)."""

    wire = Line("+POP3IN", times=Times.OPTIONAL, ref="SIM7100 Internet service 4.2")
    address: Annotated[str, Text()]


class Pop3LoggedOut(Reply):
    """The module is not logged in (SIM7100 Internet service 4.2)."""

    wire = Line("+POP3IN", times=Times.OPTIONAL, ref="SIM7100 Internet service 4.2")
    state: Literal["NULL"] = "NULL"


class Pop3LoginRead(Command[Pop3LoggedIn | Pop3LoggedOut]):
    """Ask where the module is logged in (SIM7100 Internet service 4.2)."""

    wire = Syntax(
        name="+POP3IN",
        form=Form.READ,
        replies=(Pop3LoggedIn, Pop3LoggedOut),
        repeatable=True,
        ref="SIM7100 Internet service 4.2",
    )


class Pop3Login(Command[Pop3Done]):
    """Log in (SIM7100 Internet service 4.2)."""

    wire = Syntax(
        name="+POP3IN",
        form=Form.EXECUTE,
        tested="",
        replies=(Pop3Done, Pop3Failed, Pop3Ongoing),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3SRV",),
        codes=Pop3Code,
        ref="SIM7100 Internet service 4.2",
    )


class Pop3Logout(Command[Pop3Done]):
    """Log out: the server deletes the mails that are marked (SIM7100 Internet service 4.8)."""

    wire = Syntax(
        name="+POP3OUT",
        form=Form.EXECUTE,
        tested="",
        replies=(Pop3Done, Pop3Failed, Pop3Ongoing),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        codes=Pop3Code,
        ref="SIM7100 Internet service 4.8",
    )


class Pop3Stop(Command[None]):
    """Close the session by force: what was marked is not deleted. ERROR without one (SIM7100 Internet service 4.9)."""

    wire = Syntax(
        name="+POP3STOP",
        form=Form.EXECUTE,
        tested="",
        patience=Patience(final=30.0),
        service=Service.POP3,
        ref="SIM7100 Internet service 4.9",
    )


# --- looking ---------------------------------------------------------------------------------------------------------


class Pop3Count(Reply):
    """How many mails there are, and their size in bytes (SIM7100 Internet service 4.3)."""

    wire = Line("+POP3", spacing=Spacing(comma=", "), ref="SIM7100 Internet service 4.3")
    number: Annotated[int, Range(0)]
    size: Annotated[int, Range(0)]


class Pop3Number(Command[Pop3Count]):
    """Ask how many mails there are (SIM7100 Internet service 4.3)."""

    wire = Syntax(
        name="+POP3NUM",
        form=Form.EXECUTE,
        tested="",
        replies=(Pop3Count, Pop3Failed, Pop3Ongoing),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        repeatable=True,
        codes=Pop3Code,
        ref="SIM7100 Internet service 4.3",
    )


class Pop3Total(Reply):
    """How many mails there are, and their size in bytes, with a blank between (SIM7100 Internet service 4.4, A23)."""

    wire = Line("+POP3", separator=" ", ref="SIM7100 Internet service 4.4")
    number: Annotated[int, Range(0)]
    size: Annotated[int, Range(0)]


class Pop3Entry(Reply):
    """Number and size of a mail, a line without a tag (SIM7100 Internet service 4.4)."""

    wire = Line("", separator=" ", times=Times.MANY, ref="SIM7100 Internet service 4.4")
    number: Annotated[int, Range(1)]
    size: Annotated[int, Range(0)]


class Pop3List(Command[tuple[Pop3Total | Pop3Entry, ...]]):
    """List the mails with their sizes, the total first (SIM7100 Internet service 4.4)."""

    wire = Syntax(
        name="+POP3LIST",
        form=Form.EXECUTE,
        tested="",
        replies=(Pop3Total, Pop3Entry, Pop3Failed, Pop3Ongoing),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        repeatable=True,
        codes=Pop3Code,
        ref="SIM7100 Internet service 4.4",
    )


class Pop3Size(Reply):
    """Number and size of one mail (SIM7100 Internet service 4.4)."""

    wire = Line("+POP3", spacing=Spacing(comma=", "), ref="SIM7100 Internet service 4.4")
    number: Annotated[int, Range(1)]
    size: Annotated[int, Range(0)]


class Pop3ListOne(Command[Pop3Size]):
    """Ask for the size of one mail; ERROR, perhaps with a code, for a wrong number.

    Source: SIM7100 Internet service 4.4, A22.
    """

    wire = Syntax(
        name="+POP3LIST",
        form=Form.WRITE,
        replies=(Pop3Size, Pop3Failed, Pop3Ongoing),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        repeatable=True,
        codes=Pop3Code,
        ref="SIM7100 Internet service 4.4",
    )
    number: Annotated[int, Range(1)]
