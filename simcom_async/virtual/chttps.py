"""AT+CHTTPSSTART to AT+CHTTPSRECV over the real network.

Where the documents are silent: AT+CHTTPSSTOP ends an open session; what was entered is sent by AT+CHTTPSSEND, or a
second later by itself; AT+CHTTPSSEND with nothing entered since its last result is an error; AT+CHTTPSRECV waits for
the server where nothing waits to be fetched; its number is the most that it fetches, with ``wire=documented`` the
least. In front of the ERROR of AT+CHTTPSSEND stands a line with the code, which the document does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.at.message import Message
from simcom_async.commands import chttps as messages
from simcom_async.commands.chttps import ChttpsCode, ChttpsLayer, ChttpsReceived, ChttpsSent, ChttpsState
from simcom_async.virtual.chttp import SILENCE
from simcom_async.virtual.chttps_session import SEND_CACHE, ChttpsSession
from simcom_async.virtual.internet import NetworkFailure
from simcom_async.virtual.mail_network import MailNetwork
from simcom_async.virtual.packets import Packets
from simcom_async.virtual.turn import Answers, Operation, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "ChttpsService"]

ANSWERS = Answers()


class ChttpsService:
    """The HTTPS stack of one module: whether it is ``started``, and its session, of which there is one at a time."""

    def __init__(self, modem: VirtualModem) -> None:
        self.modem = modem
        self.network = MailNetwork(modem, silence=SILENCE)
        self.started = False
        self.session: ChttpsSession | None = None
        self._opening = False

    @property
    def open(self) -> bool:
        """Whether a connection exists, or is being made."""
        return self._opening or (self.session is not None and self.session.ended is None)

    @property
    def state(self) -> ChttpsState:
        """How far it has come."""
        if not self.started:
            return ChttpsState.NONE
        if self._opening:
            return ChttpsState.OPENING_SESSION
        if self.open:
            return ChttpsState.SESSION_OPEN
        return ChttpsState.NETWORK_OPEN if self.network.up else ChttpsState.ACQUIRED

    async def connect(self, host: str, port: int, layer: ChttpsLayer) -> None:
        """Open a session. Raises Refused."""
        if not self.started or self.open or not self.network.bring_up():
            raise Refused
        self.drop()
        self._opening = True
        try:
            connection = await self.modem.internet.connect(
                host,
                port,
                bearer=self.network.bearer,
                tls=layer is ChttpsLayer.TLS,
                idle=self.network.timeout,
            )
        except NetworkFailure as failure:
            raise Refused from failure
        finally:
            self._opening = False
        if self.state is ChttpsState.NONE:  # stopped meanwhile, from another line
            connection.abort()
            raise Refused
        self.session = ChttpsSession(self.modem, self.network, connection)

    def writable(self) -> ChttpsSession:
        """The session, to be sent over. Raises Refused, with a code where there is one."""
        if self.session is None:
            raise Refused
        if self.session.ended is not None:
            raise self.refused(self.session.ended)
        return self.session

    def refused(self, code: ChttpsCode) -> Refused:
        """A failure of AT+CHTTPSSEND; the document has no code there."""
        documented = self.modem.options.wire == "documented"
        return Refused(said=() if documented else (ChttpsSent(code=code),))

    def drop(self) -> None:
        """End the session at once, if there is one."""
        session, self.session = self.session, None
        if session is not None:
            session.abort()

    def end(self) -> None:
        """The power is off."""
        self.started = False
        self.drop()


@ANSWERS.to(messages.ChttpsStart)
async def _start(turn: Turn[messages.ChttpsStart]) -> None:
    service = turn.modem.chttps
    if service.started:
        raise Refused
    service.started = True


@ANSWERS.to(messages.ChttpsStop)
async def _stop(turn: Turn[messages.ChttpsStop]) -> None:
    service = turn.modem.chttps
    if not service.started:
        raise Refused
    service.end()


@ANSWERS.to(messages.ChttpsOpen)
async def _open(turn: Turn[messages.ChttpsOpen]) -> None:
    command = turn.command
    await turn.modem.chttps.connect(command.host, command.port, command.layer or ChttpsLayer.TLS)


@ANSWERS.to(messages.ChttpsClose)
async def _close(turn: Turn[messages.ChttpsClose]) -> None:
    service = turn.modem.chttps
    session, service.session = service.session, None
    if session is None:
        raise Refused
    if session.ended is not None:
        session.abort()
        raise Refused
    await session.aclose()


@ANSWERS.to(messages.ChttpsStateRead)
async def _state(turn: Turn[messages.ChttpsStateRead]) -> Message:
    return messages.ChttpsStatus(state=turn.modem.chttps.state)


@ANSWERS.to(messages.ChttpsSend)
async def _enter(turn: Turn[messages.ChttpsSend]) -> None:
    service = turn.modem.chttps
    session = service.writable()
    if len(session.unsent) > SEND_CACHE:
        raise service.refused(ChttpsCode.MEMORY)
    entered = await turn.entry(messages.ChttpsSendPrompt())
    session.enter(entered.data)
    if session.ended is not None:
        raise service.refused(session.ended)


@ANSWERS.to(messages.ChttpsSendRead)
async def _unsent(turn: Turn[messages.ChttpsSendRead]) -> Message:
    session = turn.modem.chttps.session
    return messages.ChttpsUnsent(unsent=0 if session is None else len(session.unsent))


@ANSWERS.to(messages.ChttpsFlush)
async def _flush(turn: Turn[messages.ChttpsFlush]) -> None:
    service = turn.modem.chttps
    session = service.session
    if session is None:
        raise Refused
    if not session.entered:
        raise service.refused(session.ended or ChttpsCode.INVALID)
    session.entered = False
    if turn.modem.faults.event_comes_early():
        await session.flush()
        await session.wait(1)
        turn.channel.unsolicited.flush()

    async def work(operation: Operation) -> None:
        await operation.urc(ChttpsSent(code=await session.flush()))

    turn.operate(work)


@ANSWERS.to(messages.ChttpsReceiveRead)
async def _cached(turn: Turn[messages.ChttpsReceiveRead]) -> Message:
    session = turn.modem.chttps.session
    return messages.ChttpsCached(length=0 if session is None else len(session.cached))


@ANSWERS.to(messages.ChttpsReceive)
async def _receive(turn: Turn[messages.ChttpsReceive]) -> None:
    session, faults = turn.modem.chttps.session, turn.modem.faults
    if session is None:
        raise Refused
    if session.receiving:
        raise Refused(said=(ChttpsReceived(code=ChttpsCode.BUSY),))
    if session.ended is not None and not session.cached:
        raise Refused(said=(ChttpsReceived(code=session.ended),))
    session.receiving = True
    packets = Packets(turn.channel, messages.ChttpsPacket)
    length, is_least = turn.command.length, turn.modem.options.wire == "documented"

    async def work(operation: Operation) -> None:
        operation.follows()
        try:
            await packets.seize()
            code = await session.wait(length if is_least else 1)
            most = len(session.cached) if is_least else min(length, len(session.cached))
            await packets.send(session.fetch(faults.short_read(most)))
            turn.modem.urc(ChttpsReceived(code=code))
        finally:
            session.fetched()
            packets.release()

    turn.operate(work)
