"""AT+SMTPSRV to AT+SMTPRCPT: the server, the login, the sender and the recipients of the mail."""

from __future__ import annotations

from pydantic import SecretStr

from simcom_async.at.message import Message
from simcom_async.commands import smtp_settings as messages
from simcom_async.commands.smtp_settings import SmtpAuthFlag
from simcom_async.virtual.smtp_draft import DEFAULT_PORT
from simcom_async.virtual.turn import Answers, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.SmtpServer)
async def _set_server(turn: Turn[messages.SmtpServer]) -> None:
    draft = turn.modem.smtp.editable()
    draft.server, draft.port = turn.command.address, turn.command.port or DEFAULT_PORT


@ANSWERS.to(messages.SmtpServerClear)
async def _forget_server(turn: Turn[messages.SmtpServerClear]) -> None:
    draft = turn.modem.smtp.editable()
    draft.server, draft.port = "", DEFAULT_PORT


@ANSWERS.to(messages.SmtpServerRead)
async def _server(turn: Turn[messages.SmtpServerRead]) -> Message:
    draft = turn.modem.smtp.draft
    return messages.SmtpServerState(address=draft.server, port=draft.port)


@ANSWERS.to(messages.SmtpAuth)
async def _set_login(turn: Turn[messages.SmtpAuth]) -> None:
    turn.modem.smtp.editable().login = (turn.command.user, turn.command.password.get_secret_value())


@ANSWERS.to(messages.SmtpAuthOff, messages.SmtpAuthClear)
async def _forget_login(turn: Turn[messages.SmtpAuthOff]) -> None:
    turn.modem.smtp.editable().login = None


@ANSWERS.to(messages.SmtpAuthRead)
async def _login(turn: Turn[messages.SmtpAuthRead]) -> Message:
    login = turn.modem.smtp.draft.login
    user, password = login or ("", "")
    flag = SmtpAuthFlag.OFF if login is None else SmtpAuthFlag.ON
    return messages.SmtpAuthState(flag=flag, user=user, password=SecretStr(password))


@ANSWERS.to(messages.SmtpSender)
async def _set_sender(turn: Turn[messages.SmtpSender]) -> None:
    turn.modem.smtp.editable().sender = (turn.command.address, turn.command.name or "")


@ANSWERS.to(messages.SmtpSenderClear)
async def _forget_sender(turn: Turn[messages.SmtpSenderClear]) -> None:
    turn.modem.smtp.editable().sender = ("", "")


@ANSWERS.to(messages.SmtpSenderRead)
async def _sender(turn: Turn[messages.SmtpSenderRead]) -> Message:
    address, name = turn.modem.smtp.draft.sender
    return messages.SmtpSenderState(address=address, name=name)


@ANSWERS.to(messages.SmtpRecipient)
async def _set_recipient(turn: Turn[messages.SmtpRecipient]) -> None:
    command = turn.command
    turn.modem.smtp.editable().recipients[command.kind, command.index] = (command.address, command.name or "")


@ANSWERS.to(messages.SmtpRecipientRemove)
async def _remove_recipient(turn: Turn[messages.SmtpRecipientRemove]) -> None:
    turn.modem.smtp.editable().recipients.pop((turn.command.kind, turn.command.index), None)


@ANSWERS.to(messages.SmtpRecipientsRemove)
async def _remove_kind(turn: Turn[messages.SmtpRecipientsRemove]) -> None:
    recipients = turn.modem.smtp.editable().recipients
    for place in [place for place in recipients if place[0] is turn.command.kind]:
        del recipients[place]


@ANSWERS.to(messages.SmtpRecipientsClear)
async def _remove_recipients(turn: Turn[messages.SmtpRecipientsClear]) -> None:
    turn.modem.smtp.editable().recipients.clear()


@ANSWERS.to(messages.SmtpRecipientsRead)
async def _recipients(turn: Turn[messages.SmtpRecipientsRead]) -> list[Message]:
    recipients = turn.modem.smtp.draft.recipients
    return [
        messages.SmtpRecipientLine(kind=place[0], index=place[1], address=address, name=name)
        for place, (address, name) in sorted(recipients.items())
    ]
