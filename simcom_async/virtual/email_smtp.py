"""SMTP of the SIM900, the SIM800 and the SIM7000: the body, AT+SMTPSEND, and the attachment that goes along."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

from simcom_async.commands import email_smtp as messages
from simcom_async.commands.email_smtp_settings import EmailSmtpServer
from simcom_async.virtual.email_compose import Composed, Uncomposable, compose
from simcom_async.virtual.email_sending import Sending
from simcom_async.virtual.turn import Answers, Refused, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.EmailSmtpBody)
async def _body(turn: Turn[messages.EmailSmtpBody]) -> None:
    typed = bytearray()

    def type_on(data: bytes) -> None:
        typed.extend(data[: messages.EMAIL_BODY_MAXIMUM + 1 - len(typed)])

    entered = await turn.entry(messages.EmailSmtpBodyPrompt(), sink=type_on)
    if entered.cancelled:
        return
    if len(typed) > messages.EMAIL_BODY_MAXIMUM:
        raise Refused
    turn.modem.email.draft.body = bytes(typed)


@ANSWERS.to(messages.EmailSmtpBodyInput)
async def _body_by_count(turn: Turn[messages.EmailSmtpBodyInput]) -> None:
    turn.modem.email.draft.body = (await turn.entry(messages.EmailSmtpBodyDownload())).data


@ANSWERS.to(messages.EmailSmtpSend)
async def _send(turn: Turn[messages.EmailSmtpSend]) -> None:
    service = turn.modem.email
    letter = service.letter
    needed = (service.setting(EmailSmtpServer).host, letter.sender[0], letter.recipients)
    if not service.idle or not all(needed):
        raise Refused
    service.sending = Sending(service, _composed(turn))
    turn.operate(service.sending.run)


@ANSWERS.to(messages.EmailSmtpBlock)
async def _block(turn: Turn[messages.EmailSmtpBlock]) -> None:
    sending, size = _under_way(turn), turn.command.length
    sending.allow(size)
    entered = await turn.entry(messages.EmailSmtpGrant(length=size))
    await sending.take(entered.data)


@ANSWERS.to(messages.EmailSmtpFinish)
async def _finish(turn: Turn[messages.EmailSmtpFinish]) -> None:
    _under_way(turn).finish()


def _under_way(turn: Turn[Any]) -> Sending:
    sending = turn.modem.email.sending
    if sending is None:
        raise Refused
    return sending


def _composed(turn: Turn[messages.EmailSmtpSend]) -> Composed:
    """The mail, of this moment. Raises Refused: subject or body are not as the charset wants them."""
    calendar = turn.modem.calendar
    zone = timezone(timedelta(minutes=15 * calendar.zone))
    date = calendar.now.replace(tzinfo=zone, microsecond=0)
    boundary = f"=_{turn.modem.options.imei}_{date:%Y%m%d%H%M%S}_="
    try:
        return compose(turn.modem.email.letter, date=date, boundary=boundary)
    except Uncomposable as error:
        raise Refused from error
