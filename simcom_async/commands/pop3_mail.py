"""A single mail at the SIM7100: its header, fetching it into a file, marking it, reading the file.

Source: SIM7100 Internet service V0.01, 4.5 to 4.7 and 4.10. Only AT+POP3GET goes on behind its OK.
"""

from enum import IntEnum
from typing import Annotated, Literal

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
    UntilFinal,
)
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Line, Reply, Spacing, Times, Urc
from simcom_async.commands.pop3 import Pop3Code, Pop3Done, Pop3Failed, Pop3Ongoing, Pop3Stop

__all__ = [
    "POP3_READ_MAXIMUM",
    "Pop3Date",
    "Pop3Delete",
    "Pop3From",
    "Pop3Get",
    "Pop3Header",
    "Pop3Location",
    "Pop3Path",
    "Pop3Read",
    "Pop3ReadFile",
    "Pop3Saved",
    "Pop3SavedHere",
    "Pop3Saving",
    "Pop3Subject",
]

#: The longest text that AT+POP3READ is believed to print, in bytes.
POP3_READ_MAXIMUM = 16 * 1024 * 1024

_PATIENCE = Patience(final=130.0)
_DIRECTORY = Text(quoted=False, pattern=r"[A-Z]:/[^,]*/")


class Pop3Saving(IntEnum):
    """What AT+POP3GET saves: text and attachments, the whole mail, or both (SIM7100 Internet service 4.6)."""

    PARTS = 1
    WHOLE = 2
    BOTH = 3


class Pop3Location(IntEnum):
    """Where saved mails are (SIM7100 Internet service 4.10)."""

    LOCAL = 0
    CARD = 1


class Pop3From(Reply):
    """The sender of a mail, as its header has it (SIM7100 Internet service 4.5)."""

    wire = Line("From", times=Times.OPTIONAL, ref="SIM7100 Internet service 4.5")
    text: Annotated[str, Rest()]


class Pop3Date(Reply):
    """The date of a mail, as its header has it (SIM7100 Internet service 4.5)."""

    wire = Line("Date", times=Times.OPTIONAL, ref="SIM7100 Internet service 4.5")
    text: Annotated[str, Rest()]


class Pop3Subject(Reply):
    """The subject of a mail, as its header has it (SIM7100 Internet service 4.5)."""

    wire = Line("Subject", times=Times.OPTIONAL, ref="SIM7100 Internet service 4.5")
    text: Annotated[str, Rest()]


class Pop3Header(Command[tuple[Pop3From | Pop3Date | Pop3Subject, ...]]):
    """Read sender, date and subject of a mail (SIM7100 Internet service 4.5, A24)."""

    wire = Syntax(
        name="+POP3HDR",
        form=Form.WRITE,
        tested="",
        replies=(Pop3From, Pop3Date, Pop3Subject, Pop3Failed, Pop3Ongoing),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        repeatable=True,
        codes=Pop3Code,
        ref="SIM7100 Internet service 4.5",
    )
    number: Annotated[int, Range(1)]


class Pop3Path(Reply):
    """Where a mail was saved: a directory named after the module's clock, and the file in it, without quotes.

    Source: SIM7100 Internet service 4.6, A26, A27.
    """

    wire = Line("", spacing=Spacing(comma=", "), ref="SIM7100 Internet service 4.6")
    directory: Annotated[str, _DIRECTORY]
    file: Annotated[str, Text(min=1, quoted=False)]


class Pop3Saved(Urc):
    """A mail was saved; the path follows as a line of its own (SIM7100 Internet service 4.6, the example)."""

    wire = Line("+POP3", then=Pop3Path, ref="SIM7100 Internet service 4.6")
    code: Literal[Pop3Code.SUCCESS] = Pop3Code.SUCCESS


class Pop3SavedHere(Urc):
    """A mail was saved, the path on the same line (SIM7100 Internet service 4.6, the syntax)."""

    wire = Line("+POP3", separator=" ", ref="SIM7100 Internet service 4.6")
    code: Literal[Pop3Code.SUCCESS] = Pop3Code.SUCCESS
    directory: Annotated[str, _DIRECTORY]
    file: Annotated[str, Text(min=1, quoted=False)]


class Pop3Get(Command[Pop3Saved | Pop3Path | Pop3SavedHere | Pop3Failed]):
    """Fetch a mail and save it; returns its path, Pop3Saved where that was lost, Pop3Failed when it was not saved.

    Without ``saving`` as with PARTS. Source: SIM7100 Internet service 4.6, A25.
    """

    wire = Syntax(
        name="+POP3GET",
        form=Form.WRITE,
        tested="",
        replies=(Pop3Ongoing,),
        completion=Completion(endings=(Ending(Pop3SavedHere), Ending(Pop3Saved), Ending(Pop3Failed))),
        patience=Patience(final=30.0, completion=900.0),
        service=Service.POP3,
        needs=("POP3IN",),
        abort=Abort(after=Means.COMMAND, command=Pop3Stop),
        codes=Pop3Code,
        ref="SIM7100 Internet service 4.6",
    )
    number: Annotated[int, Range(1)]
    saving: Pop3Saving | None = None


class Pop3Delete(Command[Pop3Done]):
    """Mark a mail, which the server deletes at AT+POP3OUT and not otherwise (SIM7100 Internet service 4.7)."""

    wire = Syntax(
        name="+POP3DEL",
        form=Form.WRITE,
        tested="",
        replies=(Pop3Done, Pop3Failed, Pop3Ongoing),
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        codes=Pop3Code,
        ref="SIM7100 Internet service 4.7",
    )
    number: Annotated[int, Range(1)]


class Pop3Read(Command[None]):
    """Read the mail that was fetched last, as text up to the final result (SIM7100 Internet service 4.10).

    A line of the mail that reads as a final result is taken for it when silence follows. AT+CFTRANTX counts its bytes.
    """

    wire = Syntax(
        name="+POP3READ",
        form=Form.EXECUTE,
        tested="",
        text=UntilFinal(maximum=POP3_READ_MAXIMUM),
        patience=Patience(final=30.0),
        service=Service.POP3,
        repeatable=True,
        ref="SIM7100 Internet service 4.10",
    )


class Pop3ReadFile(Command[None]):
    """Read a saved mail, ``directory/file``, as text up to the final result (SIM7100 Internet service 4.10)."""

    wire = Syntax(
        name="+POP3READ",
        form=Form.WRITE,
        text=UntilFinal(maximum=POP3_READ_MAXIMUM),
        patience=Patience(final=30.0),
        service=Service.POP3,
        repeatable=True,
        ref="SIM7100 Internet service 4.10",
    )
    location: Pop3Location
    file: Annotated[str, Text(min=1, max=254, tagged=True)]
