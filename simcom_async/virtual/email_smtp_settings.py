"""What a mail is made of: sender, recipients, authentication, attachment. Subject and charset are nearly as stored."""

from __future__ import annotations

from pydantic import SecretStr

from simcom_async.at.message import Message
from simcom_async.commands import email_smtp_settings as messages
from simcom_async.commands.email_smtp_settings import EmailSmtpAuthType, EmailSmtpFileType
from simcom_async.virtual.email_compose import Attached, known_charset
from simcom_async.virtual.turn import Answers, Refused, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.EmailSmtpServer)
async def _server(turn: Turn[messages.EmailSmtpServer]) -> None:
    command = turn.command
    turn.modem.profile.write(messages.EmailSmtpServer(host=command.host, port=command.port))


@ANSWERS.to(messages.EmailSmtpFrom)
async def _sender(turn: Turn[messages.EmailSmtpFrom]) -> None:
    command = turn.command
    turn.modem.profile.write(messages.EmailSmtpFrom(address=command.address, name=command.name or ""))


@ANSWERS.to(messages.EmailSmtpCharset)
async def _charset(turn: Turn[messages.EmailSmtpCharset]) -> None:
    if not known_charset(turn.command.charset):
        raise Refused
    turn.modem.profile.write(turn.command)


@ANSWERS.to(messages.EmailSmtpAuth)
async def _authenticate(turn: Turn[messages.EmailSmtpAuth]) -> None:
    turn.modem.email.draft.account = (turn.command.user, turn.command.password.get_secret_value())


@ANSWERS.to(messages.EmailSmtpAuthOff)
async def _do_not_authenticate(turn: Turn[messages.EmailSmtpAuthOff]) -> None:
    turn.modem.email.draft.account = None


@ANSWERS.to(messages.EmailSmtpAuthRead)
async def _authentication(turn: Turn[messages.EmailSmtpAuthRead]) -> Message:
    account = turn.modem.email.draft.account
    if account is None:
        return messages.EmailSmtpAuthState(type=EmailSmtpAuthType.NONE)
    user, password = account
    return messages.EmailSmtpAuthState(type=EmailSmtpAuthType.LOGIN, user=user, password=SecretStr(password))


@ANSWERS.to(messages.EmailSmtpRecipient)
async def _recipient(turn: Turn[messages.EmailSmtpRecipient]) -> None:
    command = turn.command
    turn.modem.email.draft.recipients[command.type, command.index] = (command.address, command.name or "")


@ANSWERS.to(messages.EmailSmtpRecipientRemove)
async def _remove(turn: Turn[messages.EmailSmtpRecipientRemove]) -> None:
    turn.modem.email.draft.recipients.pop((turn.command.type, turn.command.index), None)


@ANSWERS.to(messages.EmailSmtpRecipientsRemove)
async def _remove_all(turn: Turn[messages.EmailSmtpRecipientsRemove]) -> None:
    recipients = turn.modem.email.draft.recipients
    for place in [place for place in recipients if place[0] is turn.command.type]:
        del recipients[place]


@ANSWERS.to(messages.EmailSmtpRecipientsRead)
async def _recipients(turn: Turn[messages.EmailSmtpRecipientsRead]) -> list[Message]:
    recipients = turn.modem.email.draft.recipients
    return [
        messages.EmailSmtpRecipientLine(type=kind, index=index, address=address, name=name)
        for (kind, index), (address, name) in sorted(recipients.items())
    ]


@ANSWERS.to(messages.EmailSmtpTextFile, messages.EmailSmtpBinaryFile)
async def _attach(turn: Turn[messages.EmailSmtpTextFile] | Turn[messages.EmailSmtpBinaryFile]) -> None:
    command = turn.command
    kind, encoding = EmailSmtpFileType(command.type), messages.EmailSmtpEncoding(command.encoding)
    turn.modem.email.draft.attached = Attached(kind, command.name, encoding)


@ANSWERS.to(messages.EmailSmtpNoFile)
async def _attach_nothing(turn: Turn[messages.EmailSmtpNoFile]) -> None:
    turn.modem.email.draft.attached = None


@ANSWERS.to(messages.EmailSmtpFileRead)
async def _attached(turn: Turn[messages.EmailSmtpFileRead]) -> Message:
    attached = turn.modem.email.draft.attached
    if attached is None:
        return messages.EmailSmtpFileState(type=EmailSmtpFileType.NONE)
    return messages.EmailSmtpFileState(type=attached.type, name=attached.name, encoding=attached.encoding)
