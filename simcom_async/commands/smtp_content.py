"""What a mail of the SIM7100 holds: AT+SMTPSUB to AT+SMTPFILE, subject, body and attachments.

Source: SIM7100 Internet service V0.01, 3.5 to 3.8. While a mail is being sent, every form that changes something is
refused. A mail that was sent takes subject, body and attachments with it, the character set stays; one that failed
leaves all as it was.
"""

from typing import Annotated

from simcom_async.at.command import Abort, Command, Entry, Form, Means, Patience, Service, Syntax, Terminated
from simcom_async.at.escape import SUB_ONLY
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Prompt, Reply, Spacing, Times
from simcom_async.at.setting import Setting
from simcom_async.commands.smtp import SmtpCode, SmtpOversize

__all__ = [
    "SMTP_ATTACHMENTS_BYTES",
    "SMTP_ATTACHMENTS_MAXIMUM",
    "SMTP_BODY_MAXIMUM",
    "SmtpAttach",
    "SmtpAttachment",
    "SmtpAttachmentsClear",
    "SmtpAttachmentsRead",
    "SmtpBody",
    "SmtpBodyEntry",
    "SmtpBodyPrompt",
    "SmtpCharset",
    "SmtpCharsetClear",
    "SmtpDetach",
    "SmtpSubject",
    "SmtpSubjectClear",
]

#: The longest body, in bytes, that is entered at the prompt (SIM7100 Internet service 3.6).
SMTP_BODY_MAXIMUM = 5120
#: How many files a mail can carry (SIM7100 Internet service 3).
SMTP_ATTACHMENTS_MAXIMUM = 10
#: How large they may be together, in bytes: 10 MB (SIM7100 Internet service 3).
SMTP_ATTACHMENTS_BYTES = 10 * 1024 * 1024


class SmtpSubject(Setting):
    """The subject (SIM7100 Internet service 3.5: ASCII, at most 512 characters)."""

    wire = Syntax(
        name="+SMTPSUB",
        form=Form.WRITE,
        tested="",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.5",
    )
    subject: Annotated[str, Text(max=512)] = ""


class SmtpSubjectClear(Command[None]):
    """Forget the subject (SIM7100 Internet service 3.5)."""

    wire = Syntax(
        name="+SMTPSUB",
        form=Form.EXECUTE,
        service=Service.SMTP,
        clears=("SMTPSUB",),
        repeatable=True,
        ref="SIM7100 Internet service 3.5",
    )


class SmtpBody(Setting):
    """The body, a single line of printable ASCII; read back, a longer body is cut at its first line end.

    Source: SIM7100 Internet service 3.6, 512 characters (A13); the SIM5320 takes 511. AT+SMTPBODY takes more.
    """

    wire = Syntax(
        name="+SMTPBODY",
        form=Form.WRITE,
        tested="",
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.6",
    )
    body: Annotated[str, Text(max=512)] = ""


class SmtpBodyPrompt(Prompt):
    """The module takes the body now; a blank follows the marks (SIM7100 Internet service 3.6)."""

    wire = Line(">>", mark=True, ref="SIM7100 Internet service 3.6")


class SmtpBodyEntry(Command[None]):
    """Enter the body, any text of at most 5120 bytes; the old one is gone at once.

    Ctrl-Z ends it, ESC leaves the body empty, with OK as well, and BACKSPACE (0x08) takes the byte before it away: a
    body that holds one of these cannot be entered (SIM7100 Internet service 3.6).
    """

    wire = Syntax(
        name="+SMTPBODY",
        form=Form.EXECUTE,
        entry=Entry(prompt=SmtpBodyPrompt, size=Terminated(SUB_ONLY), maximum=SMTP_BODY_MAXIMUM, echoed=True),
        patience=Patience(final=20.0),
        service=Service.SMTP,
        abort=Abort(entry=Means.ESC),
        ref="SIM7100 Internet service 3.6",
    )


class SmtpCharset(Setting):
    """The character set of the body, which the mail names and the module does not check.

    Source: SIM7100 Internet service 3.7, at most 30 bytes.
    """

    wire = Syntax(
        name="+SMTPBCH",
        form=Form.WRITE,
        tested='"CHARSET"',
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.7",
    )
    charset: Annotated[str, Text(max=30)] = "utf-8"


class SmtpCharsetClear(Command[None]):
    """The character set is utf-8 again, as is assumed of this form (SIM7100 Internet service 3.7)."""

    wire = Syntax(
        name="+SMTPBCH",
        form=Form.EXECUTE,
        service=Service.SMTP,
        clears=("SMTPBCH",),
        repeatable=True,
        ref="SIM7100 Internet service 3.7",
    )


class SmtpAttachment(Reply):
    """One attachment, with its full path and its size in bytes; the example leaves the size away.

    Source: SIM7100 Internet service 3.8, A15.
    """

    wire = Line("+SMTPFILE", spacing=Spacing(comma=", "), times=Times.MANY, ref="SIM7100 Internet service 3.8")
    index: Annotated[int, Range(1, SMTP_ATTACHMENTS_MAXIMUM)]
    path: Annotated[str, Text(tagged=True)]
    size: Annotated[int | None, Range(0)] = None


class SmtpAttach(Command[None]):
    """Attach a file of the current directory; of one index the last, no file twice, 10 MB together.

    Source: SIM7100 Internet service 3.8; a name that is not ASCII is tagged, as everywhere in its file system.
    """

    wire = Syntax(
        name="+SMTPFILE",
        form=Form.WRITE,
        tested="(1-10)",
        replies=(SmtpOversize,),
        service=Service.SMTP,
        codes=SmtpCode,
        ref="SIM7100 Internet service 3.8",
    )
    index: Annotated[int, Range(1, SMTP_ATTACHMENTS_MAXIMUM)]
    name: Annotated[str, Text(min=1, max=254, tagged=True)]


class SmtpDetach(Command[None]):
    """Take one attachment away, as is assumed of the form with an index alone (SIM7100 Internet service 3.8, A16)."""

    wire = Syntax(
        name="+SMTPFILE",
        form=Form.WRITE,
        service=Service.SMTP,
        repeatable=True,
        ref="SIM7100 Internet service 3.8",
    )
    index: Annotated[int, Range(1, SMTP_ATTACHMENTS_MAXIMUM)]


class SmtpAttachmentsRead(Command[tuple[SmtpAttachment, ...]]):
    """List the attachments, by index (SIM7100 Internet service 3.8)."""

    wire = Syntax(
        name="+SMTPFILE",
        form=Form.READ,
        replies=(SmtpAttachment,),
        repeatable=True,
        ref="SIM7100 Internet service 3.8",
    )


class SmtpAttachmentsClear(Command[None]):
    """Take all attachments away (SIM7100 Internet service 3.8)."""

    wire = Syntax(
        name="+SMTPFILE",
        form=Form.EXECUTE,
        service=Service.SMTP,
        clears=("SMTPFILE",),
        repeatable=True,
        ref="SIM7100 Internet service 3.8",
    )
