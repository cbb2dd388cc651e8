"""The POP3 service of the SIM7100 over the real network: AT+POP3SRV to AT+POP3LIST, AT+POP3OUT and AT+POP3STOP.

Where the document is silent: without a login everything but AT+POP3READ is ERROR; a server that cannot be reached and a
lost network are NETWORK ERROR, everything else that a server does or leaves undone SERVER ERROR, and a session that
has failed is over. While AT+POP3GET runs AT+POP3NUM says ONGOING with OK, as the example has it, the others with ERROR.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

from simcom_async.at.message import Message
from simcom_async.commands import pop3 as messages
from simcom_async.commands.pop3 import Pop3Code, Pop3Failed, Pop3Ongoing
from simcom_async.virtual.mail_failure import MailReason, Pop3Failure, Pop3Negative, Pop3Stage
from simcom_async.virtual.mail_network import MailNetwork
from simcom_async.virtual.pop3_client import Pop3Client
from simcom_async.virtual.turn import Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.file_place import Place
    from simcom_async.virtual.modem import VirtualModem
    from simcom_async.virtual.pop3_work import Fetching

__all__ = ["ANSWERS", "DEFAULT_PORT", "LIST_LIMIT", "Pop3Service", "code_of"]

ANSWERS = Answers()
T = TypeVar("T")

DEFAULT_PORT = 110
#: Bytes of a list that AT+POP3LIST prints: what goes on is no list.
LIST_LIMIT = 65536
_NUMBER = re.compile(rb"[0-9]{1,20}")
_NEGATIVE = {Pop3Stage.USER: Pop3Code.INVALID_UN, Pop3Stage.PASSWORD: Pop3Code.INVALID_UN_PWD}


def code_of(failure: Pop3Failure | Pop3Negative, *, network: bool) -> Pop3Code:
    """The code of a failure; ``network``: there still is one."""
    if isinstance(failure, Pop3Negative):
        return _NEGATIVE.get(failure.stage, Pop3Code.SERVER_ERROR)
    return Pop3Code.NETWORK_ERROR if not network or failure.stage is Pop3Stage.CONNECT else Pop3Code.SERVER_ERROR


class Pop3Service:
    """The POP3 of one module: the account, the session, and the mail that is being fetched (each None: none).

    ``last`` is the file of the mail that was fetched last. Everything that fails raises Refused.
    """

    def __init__(self, modem: VirtualModem) -> None:
        self.modem = modem
        self.network = MailNetwork(modem)
        self.forget_account()
        self.client: Pop3Client | None = None
        self.work: Fetching | None = None
        self.last: Place | None = None
        self._asking = False

    def forget_account(self) -> None:
        """AT+POP3SRV."""
        self.server, self.user, self.password, self.port = "", "", "", DEFAULT_PORT

    def end(self) -> None:
        """The session is over at once, with what was under way: AT+POP3STOP, or the power is off."""
        work, client = self.work, self.client
        self.work = self.client = None
        if work is not None:
            work.cancel()
        if client is not None:
            client.cut()

    @property
    def free(self) -> bool:
        """Whether there is neither a session nor an operation."""
        return self.client is None and not self.busy

    @property
    def busy(self) -> bool:
        """Whether an operation is running."""
        return self.work is not None or self._asking

    async def log_in(self) -> None:
        """Open a session."""
        if self.busy:
            raise Refused(said=(Pop3Ongoing(),))
        if self.client is not None:
            raise Refused
        if not self.server or not self.network.bring_up():
            raise Refused(said=(Pop3Failed(code=Pop3Code.NETWORK_ERROR),))
        modem = self.modem
        client = Pop3Client(modem.internet, modem.clock, bearer=self.network.bearer, idle=self.network.timeout)
        self.client = client
        await self.ask(self._greeted)

    async def _greeted(self, client: Pop3Client) -> None:
        try:
            await client.reach(self.server, self.port)
            await client.login(self.user, self.password)
        except BaseException:
            self.drop(client)
            raise

    async def ask(self, question: Callable[[Pop3Client], Awaitable[T]]) -> T:
        """Ask something of the server."""
        client = self.session()
        self._asking = True
        try:
            return await question(client)
        except (Pop3Failure, Pop3Negative) as failure:
            raise Refused(said=(Pop3Failed(code=self.failed(client, failure)),)) from failure
        finally:
            self._asking = False

    def session(self) -> Pop3Client:
        """The session, when nothing is under way in it."""
        if self.busy:
            raise Refused(said=(Pop3Ongoing(),))
        if self.client is None:
            raise Refused
        return self.client

    def failed(self, client: Pop3Client, failure: Pop3Failure | Pop3Negative) -> Pop3Code:
        """Something has failed, and with it the session unless the server only said no; the code."""
        if isinstance(failure, Pop3Failure):
            self.drop(client)
        return code_of(failure, network=self.network.up)

    def drop(self, client: Pop3Client) -> None:
        """This session is over."""
        client.cut()
        if self.client is client:
            self.client = None


@ANSWERS.to(messages.Pop3Server)
async def _set_server(turn: Turn[messages.Pop3Server]) -> None:
    service, command = turn.modem.pop3, turn.command
    if not service.free:
        raise Refused
    service.server, service.user = command.address, command.user
    service.password, service.port = command.password.get_secret_value(), command.port or DEFAULT_PORT


@ANSWERS.to(messages.Pop3ServerClear)
async def _forget_server(turn: Turn[messages.Pop3ServerClear]) -> None:
    if not turn.modem.pop3.free:
        raise Refused
    turn.modem.pop3.forget_account()


@ANSWERS.to(messages.Pop3ServerRead)
async def _server(turn: Turn[messages.Pop3ServerRead]) -> Message:
    service = turn.modem.pop3
    return messages.Pop3ServerState(
        address=service.server, user=service.user, password=SecretStr(service.password), port=service.port
    )


@ANSWERS.to(messages.Pop3Login)
async def _log_in(turn: Turn[messages.Pop3Login]) -> Message:
    await turn.modem.pop3.log_in()
    return messages.Pop3Done()


@ANSWERS.to(messages.Pop3LoginRead)
async def _logged_in(turn: Turn[messages.Pop3LoginRead]) -> Message:
    service = turn.modem.pop3
    return messages.Pop3LoggedOut() if service.client is None else messages.Pop3LoggedIn(address=service.server)


@ANSWERS.to(messages.Pop3Logout)
async def _log_out(turn: Turn[messages.Pop3Logout]) -> Message:
    service = turn.modem.pop3
    client = service.session()
    try:
        await service.ask(Pop3Client.quit)
    finally:
        service.drop(client)
    return messages.Pop3Done()


@ANSWERS.to(messages.Pop3Stop)
async def _stop(turn: Turn[messages.Pop3Stop]) -> None:
    service = turn.modem.pop3
    if service.client is None:
        raise Refused
    service.end()


@ANSWERS.to(messages.Pop3Number)
async def _number(turn: Turn[messages.Pop3Number]) -> Message:
    service = turn.modem.pop3
    if service.busy:
        return Pop3Ongoing()
    number, size = await service.ask(Pop3Client.count)
    return messages.Pop3Count(number=number, size=size)


@ANSWERS.to(messages.Pop3List)
async def _list(turn: Turn[messages.Pop3List]) -> list[Message]:
    return await turn.modem.pop3.ask(_listed)


async def _listed(client: Pop3Client) -> list[Message]:
    number, size = await client.count()
    found: list[Message] = [messages.Pop3Total(number=number, size=size)]
    answer = await client.listing()
    left = LIST_LIMIT
    async for line in answer.lines():
        left -= len(line)
        words = line.split()
        if len(words) == 2 and all(map(_NUMBER.fullmatch, words)):
            found.append(messages.Pop3Entry(number=int(words[0]), size=int(words[1])))
        if left < 0:
            client.cut()
            raise Pop3Failure(Pop3Stage.READING, MailReason.GARBAGE, "a list without an end")
    return found


@ANSWERS.to(messages.Pop3ListOne)
async def _list_one(turn: Turn[messages.Pop3ListOne]) -> Message:
    number = turn.command.number
    size = await turn.modem.pop3.ask(lambda client: client.size(number))
    return messages.Pop3Size(number=number, size=size)
