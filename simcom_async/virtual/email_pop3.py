"""POP3 of the SIM900, the SIM800 and the SIM7000: the session, and what one line answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcom_async.at.message import Urc
from simcom_async.commands import email_pop3 as messages
from simcom_async.commands.email_pop3 import EmailPop3Answer
from simcom_async.virtual.email_box import Box
from simcom_async.virtual.turn import Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.pop3_client import Pop3Client

__all__ = ["ANSWERS", "box_of"]

ANSWERS = Answers()
_YES, _NO = EmailPop3Answer.POSITIVE, EmailPop3Answer.NEGATIVE


def box_of(turn: Turn[Any]) -> Box:
    """The session. Raises Refused without one."""
    box = turn.modem.email.box
    if box is None:
        raise Refused
    return box


@ANSWERS.to(messages.EmailPop3Server)
async def _server(turn: Turn[messages.EmailPop3Server]) -> None:
    command = turn.command
    whole = messages.EmailPop3Server(host=command.host, user=command.user, password=command.password, port=command.port)
    turn.modem.profile.write(whole)


@ANSWERS.to(messages.EmailPop3Login)
async def _log_in(turn: Turn[messages.EmailPop3Login]) -> None:
    service = turn.modem.email
    if not service.idle or not service.setting(messages.EmailPop3Server).host:
        raise Refused
    box = service.box = Box(service)
    turn.operate(box.log_in)


@ANSWERS.to(messages.EmailPop3Logout)
async def _log_out(turn: Turn[messages.EmailPop3Logout]) -> None:
    box_of(turn).leave(turn)


@ANSWERS.to(messages.EmailPop3Count)
async def _count(turn: Turn[messages.EmailPop3Count]) -> None:
    async def question(client: Pop3Client) -> Urc:
        number, size = await client.count()
        return messages.EmailPop3CountResult(answer=_YES, number=number, size=size)

    box_of(turn).ask(turn, question, messages.EmailPop3CountResult(answer=_NO))


@ANSWERS.to(messages.EmailPop3Size)
async def _size(turn: Turn[messages.EmailPop3Size]) -> None:
    number = turn.command.number

    async def question(client: Pop3Client) -> Urc:
        return messages.EmailPop3SizeResult(answer=_YES, number=number, size=await client.size(number))

    box_of(turn).ask(turn, question, messages.EmailPop3SizeResult(answer=_NO))


@ANSWERS.to(messages.EmailPop3Uid)
async def _uid(turn: Turn[messages.EmailPop3Uid]) -> None:
    number = turn.command.number

    async def question(client: Pop3Client) -> Urc:
        return messages.EmailPop3UidResult(answer=_YES, number=number, uid=await client.uid(number))

    box_of(turn).ask(turn, question, messages.EmailPop3UidResult(answer=_NO))


@ANSWERS.to(messages.EmailPop3Delete)
async def _delete(turn: Turn[messages.EmailPop3Delete]) -> None:
    number = turn.command.number

    async def question(client: Pop3Client) -> Urc:
        await client.delete(number)
        return messages.EmailPop3DeleteResult(answer=_YES)

    box_of(turn).ask(turn, question, messages.EmailPop3DeleteResult(answer=_NO))


@ANSWERS.to(messages.EmailPop3Reset)
async def _reset(turn: Turn[messages.EmailPop3Reset]) -> None:
    async def question(client: Pop3Client) -> Urc:
        await client.reset()
        return messages.EmailPop3ResetResult(answer=_YES)

    box_of(turn).ask(turn, question, messages.EmailPop3ResetResult(answer=_NO))
