"""AT+CHTTPACT over the real network: the host's request to a server, and its answer in packets.

Where the documents are silent: the connection is made while the host enters the request, which is sent as it comes; OK
follows when the server has all of it. What fails before that is a +CME ERROR, with AT+CMEE=0 a line with the code in
front of ERROR, so that the code is not lost. The operation ends well when the server closes the connection, and with
220 when it does so without a word. While a session of AT+CHTTPSOPSE is open the task is busy.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simcom_async.commands import chttp as messages
from simcom_async.commands.chttp import ChttpCode, ChttpEvent
from simcom_async.virtual import internet
from simcom_async.virtual.ftp_passage import Intake
from simcom_async.virtual.internet import NetworkFailure, within
from simcom_async.virtual.lower_case import LowerCaseHead
from simcom_async.virtual.mail_network import MailNetwork
from simcom_async.virtual.packets import Packets
from simcom_async.virtual.turn import Answers, Operation, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.internet import Connection
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "SILENCE", "TRANSFER", "ChttpService"]

ANSWERS = Answers()
#: Seconds for a connection or a silent server, and for a whole transfer (SIM52xx HTTP note V0.02).
SILENCE, TRANSFER = 120.0, 3600.0

#: Causes by their code, the most special first; once the connection is there another failure is a broken transfer.
_CODES: tuple[tuple[type[NetworkFailure], ChttpCode], ...] = (
    (internet.NameNotResolved, ChttpCode.NOT_RESOLVED),
    (internet.StackBusy, ChttpCode.BUSY),
    (internet.NoMemory, ChttpCode.MEMORY),
    (internet.SilentServer, ChttpCode.TIMEOUT),
)


class ChttpService:
    """The AT+CHTTPACT of one module: one operation at a time."""

    def __init__(self, modem: VirtualModem) -> None:
        self.modem = modem
        self.network = MailNetwork(modem, silence=SILENCE)
        self._busy = False

    def begin(self, host: str, port: int) -> ChttpExchange:
        """An exchange with a server. Raises Refused with a code."""
        if self._busy or self.modem.chttps.open:
            raise Refused(ChttpCode.BUSY)
        if not self.network.bring_up():
            raise Refused(ChttpCode.NETWORK)
        self._busy = True
        return ChttpExchange(self, host, port)

    def free(self) -> None:
        """The operation has ended."""
        self._busy = False


class ChttpExchange:
    """One request and its answer. ``take`` what is entered, then ``finish``; or ``give_up`` at any time."""

    def __init__(self, service: ChttpService, host: str, port: int) -> None:
        self._service = service
        self._host, self._port = host, port
        self._intake = Intake()
        self._connection: Connection | None = None
        self._asked = False
        self._sending = asyncio.create_task(self._send())

    async def enter(self, turn: Turn[messages.ChttpAct]) -> ChttpCode:
        """Take the request from the host, until the server has it; how that went."""
        line = turn.channel.line

        def take(data: bytes) -> None:
            self._asked = True
            self._intake.take(data, line)

        await turn.entry(messages.ChttpRequest(), sink=take)
        if not self._asked:
            return ChttpCode.INVALID
        self._intake.finish()
        return await self._sending

    async def answer(self, packets: Packets) -> ChttpCode:
        """Push what the server says, up to its end; how that went."""
        connection = self._connection
        assert connection is not None  # noqa: S101 - there is one since the request was sent
        try:
            return await within(self._service.modem.clock, TRANSFER, self._push(connection, packets))
        except TimeoutError:
            return ChttpCode.TIMEOUT
        except NetworkFailure as failure:
            return self._code(failure)

    def give_up(self) -> None:
        """It is over; again is harmless."""
        self._sending.cancel()
        self._intake.stop()
        if self._connection is not None:
            self._connection.abort()
        self._service.free()

    async def _send(self) -> ChttpCode:
        try:
            service = self._service
            self._connection = connection = await service.modem.internet.connect(
                self._host, self._port, bearer=service.network.bearer, idle=service.network.timeout
            )
            await self._intake.pour(connection)
        except NetworkFailure as failure:
            return self._code(failure)
        finally:
            self._intake.stop()
        return ChttpCode.DONE

    async def _push(self, connection: Connection, packets: Packets) -> ChttpCode:
        head = LowerCaseHead() if self._service.modem.options.lower_case else None
        heard = False
        while data := await connection.read():
            heard = True
            await packets.send(data if head is None else head.change(data))
        return ChttpCode.DONE if heard else ChttpCode.UNKNOWN

    def _code(self, failure: NetworkFailure) -> ChttpCode:
        if not self._service.network.up:
            return ChttpCode.NETWORK
        other = ChttpCode.NETWORK if self._connection is None else ChttpCode.TRANSFER_FAILED
        return next((code for cause, code in _CODES if isinstance(failure, cause)), other)


@ANSWERS.to(messages.ChttpAct)
async def _act(turn: Turn[messages.ChttpAct]) -> None:
    service, command = turn.modem.chttp, turn.command
    try:
        exchange = service.begin(command.host, command.port)
    except Refused as refused:
        raise _failed(turn, ChttpCode(refused.number or ChttpCode.UNKNOWN)) from refused
    code: ChttpCode | None = None
    try:
        code = await exchange.enter(turn)
    finally:
        if code is not ChttpCode.DONE:
            exchange.give_up()
    if code is not ChttpCode.DONE:
        raise _failed(turn, code)
    packets = Packets(turn.channel, messages.ChttpPacket)

    async def work(operation: Operation) -> None:
        try:
            await operation.due()
            await packets.seize()
            ended = ChttpEvent(code=await exchange.answer(packets))
            await operation.urc(ended, just_before=service.free)
        finally:
            exchange.give_up()
            packets.release()

    turn.operate(work)


def _failed(turn: Turn[messages.ChttpAct], code: ChttpCode) -> Refused:
    if turn.channel.state.cmee:
        return Refused(int(code))
    return Refused(said=(ChttpEvent(code=code),))
