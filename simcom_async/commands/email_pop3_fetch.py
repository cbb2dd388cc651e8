"""POP3 of the SIM900, the SIM800 and the SIM7000: answers of several lines, and how they are read.

Source: SIM900 e-mail manual V1.02 2.18 and 2.19. AT+POP3CMD asks the server, AT+POP3READ gives what it said as it came:
its +OK line, doubled dots, and the line with one dot that ends it. Until the last byte is read the module takes nothing
else but AT+POP3OUT; what is not read makes it end the session.
"""

from enum import IntEnum
from typing import Annotated, Literal

from simcom_async.at.command import (
    Command,
    Completion,
    Ending,
    Form,
    Patience,
    Reservation,
    Service,
    Syntax,
)
from simcom_async.at.fields import Range
from simcom_async.at.message import Counted, Line, Reply, Urc
from simcom_async.commands.email_pop3 import (
    EMAIL_MAILS,
    EMAIL_SESSION_ENDS,
    EmailPop3Answer,
    EmailPop3Ended,
    EmailPop3Logout,
    EmailPop3OutCode,
)

__all__ = [
    "EMAIL_CHUNK_MAXIMUM",
    "EmailPop3Chunk",
    "EmailPop3Fetched",
    "EmailPop3List",
    "EmailPop3Progress",
    "EmailPop3Read",
    "EmailPop3Retrieve",
    "EmailPop3Top",
    "EmailPop3UidList",
    "EmailPop3Unread",
]

#: What one AT+POP3READ reads at most, in bytes (SIM900 e-mail manual 2.19).
EMAIL_CHUNK_MAXIMUM = 1460

_PATIENCE = Patience(completion=130.0)


class EmailPop3Progress(IntEnum):
    """Whether more of the answer is to be read (SIM900 e-mail manual 2.19)."""

    MORE = 1
    LAST = 2


class EmailPop3Fetched(Urc):
    """An answer of several lines waits to be read, or a negative answer (SIM900 e-mail manual 2.18)."""

    wire = Line("+POP3CMD", ref="SIM900 e-mail manual 2.18")
    answer: EmailPop3Answer


class EmailPop3Chunk(Reply):
    """``length`` bytes of the answer follow; 0: none has come, which is not the end (SIM900 e-mail manual 2.19)."""

    wire = Line(
        "+POP3READ",
        opens=Counted("length", maximum=EMAIL_CHUNK_MAXIMUM),
        ref="SIM900 e-mail manual 2.19",
    )
    progress: EmailPop3Progress
    length: Annotated[int, Range(0, EMAIL_CHUNK_MAXIMUM)]


class EmailPop3Unread(Urc):
    """``length`` bytes of the answer wait; said again and again until they are read (SIM900 e-mail manual 2.19)."""

    wire = Line("+POP3READ", ref="SIM900 e-mail manual 2.19")
    mode: Literal[3] = 3
    length: Annotated[int, Range(0)]


class EmailPop3Read(Command[EmailPop3Chunk]):
    """Read at most ``length`` bytes of the answer; ERROR when there is none to read (SIM900 e-mail manual 2.19).

    When fewer come than were asked for, the next ones are there when the module says so, with EmailPop3Unread.
    """

    wire = Syntax(
        name="+POP3READ",
        form=Form.WRITE,
        tested="auto",
        replies=(EmailPop3Chunk,),
        service=Service.POP3,
        needs=("POP3CMD",),
        ref="SIM900 e-mail manual 2.19",
    )
    length: Annotated[int, Range(1, EMAIL_CHUNK_MAXIMUM)] = EMAIL_CHUNK_MAXIMUM


_COMPLETION = Completion(endings=(Ending(EmailPop3Fetched), EMAIL_SESSION_ENDS))
#: Nothing else until all is read (SIM900 e-mail manual 2.19).
_UNREAD = Reservation(
    begins=Ending(EmailPop3Fetched, only=(("answer", (EmailPop3Answer.POSITIVE,)),)),
    commands=(EmailPop3Read, EmailPop3Logout),
    endings=(Ending(EmailPop3Chunk, only=(("progress", (EmailPop3Progress.LAST,)),)), EMAIL_SESSION_ENDS),
)


class EmailPop3List(Command[EmailPop3Fetched | EmailPop3Ended]):
    """Ask for number and size of every mail (SIM900 e-mail manual 2.18)."""

    wire = Syntax(
        name="+POP3CMD",
        form=Form.WRITE,
        tested="(1-4),(1-65535),(0-65535)",
        completion=_COMPLETION,
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        reserves=_UNREAD,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.18",
    )
    kind: Literal[1] = 1


class EmailPop3UidList(Command[EmailPop3Fetched | EmailPop3Ended]):
    """Ask for number and unique id of every mail (SIM900 e-mail manual 2.18)."""

    wire = Syntax(
        name="+POP3CMD",
        form=Form.WRITE,
        completion=_COMPLETION,
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        reserves=_UNREAD,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.18",
    )
    kind: Literal[2] = 2


class EmailPop3Top(Command[EmailPop3Fetched | EmailPop3Ended]):
    """Ask for the header of a mail and some lines of its body (SIM900 e-mail manual 2.18)."""

    wire = Syntax(
        name="+POP3CMD",
        form=Form.WRITE,
        completion=_COMPLETION,
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        reserves=_UNREAD,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.18",
    )
    kind: Literal[3] = 3
    number: Annotated[int, EMAIL_MAILS]
    lines: Annotated[int, Range(0, 65535)] = 0


class EmailPop3Retrieve(Command[EmailPop3Fetched | EmailPop3Ended]):
    """Ask for a mail (SIM900 e-mail manual 2.18)."""

    wire = Syntax(
        name="+POP3CMD",
        form=Form.WRITE,
        completion=_COMPLETION,
        patience=_PATIENCE,
        service=Service.POP3,
        needs=("POP3IN",),
        reserves=_UNREAD,
        codes=EmailPop3OutCode,
        ref="SIM900 e-mail manual 2.18",
    )
    kind: Literal[4] = 4
    number: Annotated[int, EMAIL_MAILS]
