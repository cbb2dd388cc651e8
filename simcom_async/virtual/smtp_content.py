"""AT+SMTPSUB to AT+SMTPFILE: subject, body and attachments of the mail.

Where the document is silent: of a body behind its limit the rest is dropped; an attachment takes the place of the one
at its index; and BACKSPACE takes one byte away.
"""

from __future__ import annotations

from simcom_async.at.message import Message
from simcom_async.at.setting import read_form
from simcom_async.commands import smtp_content as messages
from simcom_async.commands.smtp import SmtpOversize
from simcom_async.commands.smtp_content import SMTP_ATTACHMENTS_BYTES, SMTP_BODY_MAXIMUM
from simcom_async.virtual.file_place import FileProblem
from simcom_async.virtual.smtp_draft import DEFAULT_CHARSET, Attached
from simcom_async.virtual.turn import Answers, Refused, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()
_BACKSPACE = 0x08


@ANSWERS.to(messages.SmtpSubject)
async def _set_subject(turn: Turn[messages.SmtpSubject]) -> None:
    turn.modem.smtp.editable().subject = turn.command.subject


@ANSWERS.to(messages.SmtpSubjectClear)
async def _forget_subject(turn: Turn[messages.SmtpSubjectClear]) -> None:
    turn.modem.smtp.editable().subject = ""


@ANSWERS.to(read_form(messages.SmtpSubject))
async def _subject(turn: Turn[messages.SmtpSubject]) -> Message:
    return messages.SmtpSubject.model_construct(subject=turn.modem.smtp.draft.subject)


@ANSWERS.to(messages.SmtpBody)
async def _set_body(turn: Turn[messages.SmtpBody]) -> None:
    turn.modem.smtp.editable().body = turn.command.body.encode("utf-8")


@ANSWERS.to(messages.SmtpBodyEntry)
async def _enter_body(turn: Turn[messages.SmtpBodyEntry]) -> None:
    draft = turn.modem.smtp.editable()
    draft.body = b""
    typed = bytearray()

    def take(data: bytes) -> None:
        for byte in data:
            if byte == _BACKSPACE:
                del typed[-1:]
            elif len(typed) < SMTP_BODY_MAXIMUM:
                typed.append(byte)

    entered = await turn.entry(messages.SmtpBodyPrompt(), blank=True, sink=take)
    if not entered.cancelled:
        draft.body = bytes(typed)


@ANSWERS.to(read_form(messages.SmtpBody))
async def _body(turn: Turn[messages.SmtpBody]) -> Message:
    return messages.SmtpBody.model_construct(body=turn.modem.smtp.draft.body.decode("latin-1"))


@ANSWERS.to(messages.SmtpCharset)
async def _set_charset(turn: Turn[messages.SmtpCharset]) -> None:
    turn.modem.smtp.editable().charset = turn.command.charset


@ANSWERS.to(messages.SmtpCharsetClear)
async def _forget_charset(turn: Turn[messages.SmtpCharsetClear]) -> None:
    turn.modem.smtp.editable().charset = DEFAULT_CHARSET


@ANSWERS.to(read_form(messages.SmtpCharset))
async def _charset(turn: Turn[messages.SmtpCharset]) -> Message:
    return messages.SmtpCharset.model_construct(charset=turn.modem.smtp.draft.charset)


@ANSWERS.to(messages.SmtpAttach)
async def _attach(turn: Turn[messages.SmtpAttach]) -> None:
    attachments, files = turn.modem.smtp.editable().attachments, turn.modem.file_system
    others = [one for index, one in attachments.items() if index != turn.command.index]
    try:
        place = files.place(turn.command.name)
        attached = Attached(place, files.size(place))
    except FileProblem as problem:
        raise Refused from problem
    if any(other.place.name.casefold() == place.name.casefold() for other in others):
        raise Refused
    if attached.size + sum(other.size for other in others) > SMTP_ATTACHMENTS_BYTES:
        raise Refused(said=(SmtpOversize(),))
    attachments[turn.command.index] = attached


@ANSWERS.to(messages.SmtpDetach)
async def _detach(turn: Turn[messages.SmtpDetach]) -> None:
    turn.modem.smtp.editable().attachments.pop(turn.command.index, None)


@ANSWERS.to(messages.SmtpAttachmentsClear)
async def _detach_all(turn: Turn[messages.SmtpAttachmentsClear]) -> None:
    turn.modem.smtp.editable().attachments.clear()


@ANSWERS.to(messages.SmtpAttachmentsRead)
async def _attachments(turn: Turn[messages.SmtpAttachmentsRead]) -> list[Message]:
    attachments = sorted(turn.modem.smtp.draft.attachments.items())
    return [
        messages.SmtpAttachment(index=index, path=str(attached.place), size=attached.size)
        for index, attached in attachments
    ]
