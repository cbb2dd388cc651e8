"""The e-mail of the SIM7100 and of the SIM900: text without a length, lines that continue, credits, marks."""

from enum import StrEnum
from typing import Annotated, Literal

from simcom_async.at.command import (
    Command,
    Completion,
    Ending,
    Entry,
    Form,
    Granted,
    Position,
    Syntax,
    Terminated,
    UntilFinal,
)
from simcom_async.at.escape import SUB_ONLY
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Counted, Line, Prompt, Reply, Times, Urc

MAIL_MAXIMUM = 1 << 20


# --- POP3 of the SIM7100: text without a length, untagged lines, a result that is continued ---------------------------


class Pop3Word(StrEnum):
    """Codes of the SIM7100's POP3 (Internet service 4.2 to 4.8)."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    NETWORK_ERROR = "NETWORK ERROR"
    SERVER_ERROR = "SERVER ERROR"


class Pop3Path(Reply):
    """Where the mail was stored, without quotes (Internet service 4.6)."""

    wire = Line("", separator=",")
    directory: Annotated[str, Text(quoted=False, pattern=r"[A-Z]:/[^,]*/")]
    file: Annotated[str, Text(quoted=False)]


class Pop3Stored(Urc):
    """The mail was stored; the path follows as a line of its own (Internet service 4.6, the example)."""

    wire = Line("+POP3", then=Pop3Path)
    code: Literal["SUCCESS"] = "SUCCESS"


class Pop3StoredHere(Urc):
    """The same with the path on the same line (Internet service 4.6, the syntax)."""

    wire = Line("+POP3", separator=" ")
    code: Literal["SUCCESS"] = "SUCCESS"
    path: Annotated[str, Rest()]


class Pop3Failed(Urc):
    """The mail was not stored (Internet service 4.6)."""

    wire = Line("+POP3")
    code: Pop3Word


class Pop3Get(Command[Pop3Stored | None]):
    """Retrieve a mail (Internet service 4.6)."""

    wire = Syntax(
        name="+POP3GET",
        form=Form.WRITE,
        completion=Completion(endings=(Ending(Pop3StoredHere), Ending(Pop3Stored), Ending(Pop3Failed))),
    )
    number: int
    kind: int | None = None


class Pop3Read(Command[None]):
    """Read the stored mail: text without a length (Internet service 4.10)."""

    wire = Syntax(name="+POP3READ", form=Form.EXECUTE, text=UntilFinal(maximum=MAIL_MAXIMUM))


class Pop3ReadFile(Command[None]):
    """Read a stored mail by name (Internet service 4.10)."""

    wire = Syntax(name="+POP3READ", form=Form.WRITE, text=UntilFinal(maximum=MAIL_MAXIMUM))
    location: int
    file: Annotated[str, Text()]


class Pop3From(Reply):
    """The sender of a mail (Internet service 4.5)."""

    wire = Line("From", times=Times.OPTIONAL)
    text: Annotated[str, Rest()]


class Pop3Date(Reply):
    """The date of a mail (Internet service 4.5)."""

    wire = Line("Date", times=Times.OPTIONAL)
    text: Annotated[str, Rest()]


class Pop3Subject(Reply):
    """The subject of a mail (Internet service 4.5)."""

    wire = Line("Subject", times=Times.OPTIONAL)
    text: Annotated[str, Rest()]


class Pop3Hdr(Command[tuple[Pop3From | Pop3Date | Pop3Subject, ...]]):
    """Read the header of a mail (Internet service 4.5)."""

    wire = Syntax(name="+POP3HDR", form=Form.WRITE, replies=(Pop3From, Pop3Date, Pop3Subject))
    number: int


class Pop3Total(Reply):
    """Number and size of all mails, with a blank between (Internet service 4.4, A23)."""

    wire = Line("+POP3", separator=" ")
    number: int
    size: int


class Pop3Entry(Reply):
    """Number and size of one mail, without a tag (Internet service 4.4)."""

    wire = Line("", separator=" ", times=Times.MANY)
    number: int
    size: int


class Pop3List(Command[tuple[Pop3Entry, ...]]):
    """List the mails (Internet service 4.4)."""

    wire = Syntax(name="+POP3LIST", form=Form.EXECUTE, replies=(Pop3Total, Pop3Entry))


class Pop3Ongoing(Reply):
    """Refused: another operation is running (Internet service 4.3, A20)."""

    wire = Line("+POP3", times=Times.OPTIONAL)
    word: Literal["ONGOING"] = "ONGOING"


class Pop3Num(Command[Pop3Total | Pop3Ongoing]):
    """Ask for number and size of all mails (Internet service 4.3)."""

    wire = Syntax(name="+POP3NUM", form=Form.EXECUTE, replies=(Pop3Total, Pop3Ongoing))


class Pop3Size(Reply):
    """Number and size of one mail, with a comma between (Internet service 4.4)."""

    wire = Line("+POP3")
    number: int
    size: int


class Pop3ListOne(Command[Pop3Size]):
    """Size of one mail (Internet service 4.4)."""

    wire = Syntax(name="+POP3LIST", form=Form.WRITE, replies=(Pop3Size,))
    number: int


# --- SMTP of the SIM7100: two endings, either order; a body at a prompt -----------------------------------------------


class SmtpWord(StrEnum):
    """How sending a mail ended (Internet service 3.9)."""

    SUCCESS = "SUCCESS"
    PARAM_ERROR = "PARAM ERROR"
    NETWORK_ERROR = "NETWORK ERROR"


class SmtpAccepted(Urc):
    """The mail is being sent (Internet service 3.9)."""

    wire = Line("+SMTP", times=Times.OPTIONAL)
    word: Literal["OK"] = "OK"


class SmtpEnded(Urc):
    """Sending has ended (Internet service 3.9)."""

    wire = Line("+SMTP")
    word: SmtpWord


class SmtpOngoing(Reply):
    """Refused: a mail is being sent (Internet service 3.9)."""

    wire = Line("+SMTP", times=Times.OPTIONAL)
    word: Literal["ONGOING"] = "ONGOING"


class SmtpSend(Command[SmtpEnded]):
    """Send the mail (Internet service 3.9)."""

    wire = Syntax(
        name="+SMTPSEND",
        form=Form.EXECUTE,
        replies=(SmtpAccepted, SmtpOngoing),
        completion=Completion(endings=(Ending(SmtpEnded),), packets=(SmtpAccepted,), position=Position.EITHER),
    )


class SmtpBodyPrompt(Prompt):
    """Type the body now (Internet service 3.6)."""

    wire = Line(">>", mark=True)


class SmtpBody(Command[None]):
    """Enter the body of a mail (Internet service 3.6)."""

    wire = Syntax(
        name="+SMTPBODY",
        form=Form.EXECUTE,
        entry=Entry(prompt=SmtpBodyPrompt, size=Terminated(SUB_ONLY), maximum=5120),
    )


# --- e-mail of the SIM900 ---------------------------------------------------------------------------------------------


class SmtpSent(Urc):
    """How sending ended (Email 2.10)."""

    wire = Line("+SMTPSEND")
    code: int


class SmtpCredit(Urc):
    """So many bytes of an attachment may be asked for (Email 2.11)."""

    wire = Line("+SMTPFT")
    mode: Literal[1] = 1
    maximum: int


class SmtpGrant(Prompt):
    """So many bytes of an attachment are taken now (Email 2.11)."""

    wire = Line("+SMTPFT")
    mode: Literal[2] = 2
    length: int


class EmailSend(Command[SmtpSent]):
    """Send the mail, asking for its attachments in between (Email 2.10)."""

    wire = Syntax(
        name="+SMTPSEND",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(SmtpSent),), packets=(SmtpCredit,)),
    )


class EmailFt(Command[None]):
    """Hand over a part of an attachment (Email 2.11)."""

    wire = Syntax(name="+SMTPFT", form=Form.WRITE, entry=Entry(prompt=SmtpGrant, size=Granted("length")))
    length: Annotated[int, Range(1, 1460)]


class EmailFtEnd(Command[None]):
    """The attachment is complete (Email 2.11)."""

    wire = Syntax(name="+SMTPFT", form=Form.WRITE)
    length: Literal[0] = 0


class EmailBodyPrompt(Prompt):
    """Type the body now (Email 2.8)."""

    wire = Line(">", mark=True)


class EmailBody(Command[None]):
    """Enter the body of a mail (Email 2.8)."""

    wire = Syntax(name="+SMTPBODY", form=Form.EXECUTE, entry=Entry(prompt=EmailBodyPrompt, size=Terminated(SUB_ONLY)))


class EmailChunk(Reply):
    """A part of the answer: 1 with more to come, 2 the last (Email 2.19)."""

    wire = Line("+POP3READ", opens=Counted("length", maximum=1460))
    state: Literal[1, 2]
    length: int


class EmailWaiting(Urc):
    """So many bytes wait to be read (Email 2.19)."""

    wire = Line("+POP3READ")
    state: Literal[3] = 3
    length: int


class EmailRead(Command[EmailChunk]):
    """Read a part of the answer (Email 2.19)."""

    wire = Syntax(name="+POP3READ", form=Form.WRITE, replies=(EmailChunk,))
    length: Annotated[int, Range(1, 1460)]


class Pop3Out(Urc):
    """The session has ended (Email 2.15)."""

    wire = Line("+POP3OUT")
    code: int


class EmailNumber(Urc):
    """Number and size of the mails (Email 2.16)."""

    wire = Line("+POP3NUM")
    result: int
    number: int | None = None
    size: int | None = None


class EmailNum(Command[EmailNumber | None]):
    """Ask for number and size of the mails (Email 2.16)."""

    wire = Syntax(
        name="+POP3NUM",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(EmailNumber), Ending(Pop3Out))),
    )
