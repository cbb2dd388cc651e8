"""One session of AT+CHTTPSOPSE: what waits to be sent, what waits to be fetched, and how the connection ended."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from simcom_async.commands.chttps import ChttpsCode, ChttpsDataWaiting, ChttpsPeerClosed
from simcom_async.virtual import internet
from simcom_async.virtual.internet import NetworkFailure, SilentServer, within

if TYPE_CHECKING:
    from simcom_async.ports.clock import Timer
    from simcom_async.virtual.internet import Connection
    from simcom_async.virtual.mail_network import MailNetwork
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["CACHE", "LINGER", "SEND_CACHE", "ChttpsSession"]

#: Unsent bytes above which no block is taken (SIM52xx HTTP note V0.02).
SEND_CACHE = 10_240
#: Bytes that wait to be fetched before the server has to wait, and a read of the network on top of them.
CACHE = 32_768
#: Seconds after which what was entered is sent, although the host has not said so.
LINGER = 1.0

_PIECE = 4096


class ChttpsSession:
    """A connection with a server, over a network that may go.

    An event is told once for all that comes before the host fetches something; what is left over by a fetch is told of
    only when it has come meanwhile.
    """

    def __init__(self, modem: VirtualModem, network: MailNetwork, connection: Connection) -> None:
        self._ended: ChttpsCode | None = None
        self.unsent = bytearray()
        self.cached = bytearray()
        self.receiving = False
        self.entered = False
        self._modem = modem
        self._network = network
        self._connection = connection
        self._over = self._told = self._news = False
        self._sending = asyncio.Lock()
        self._changed = asyncio.Event()
        self._timer: Timer | None = None
        modem.operate(self._listen)

    @property
    def ended(self) -> ChttpsCode | None:
        """How the connection has ended; None: it has not."""
        return ChttpsCode.NETWORK if self._ended is None and not self._network.up else self._ended

    # To the server

    def enter(self, data: bytes) -> None:
        """A block of the host."""
        self._wait_no_longer()
        self.unsent += data
        self.entered = True
        clock = self._modem.clock
        self._timer = clock.call_at(clock.time() + LINGER, lambda: self._modem.operate(self._flush_by_itself))

    async def flush(self) -> ChttpsCode:
        """Send all that was entered; how that went."""
        self._wait_no_longer()
        async with self._sending:
            try:
                while self.unsent and self.ended is None:
                    piece = bytes(self.unsent[:_PIECE])
                    await self._connection.write(piece)
                    await self._connection.flush()
                    del self.unsent[: len(piece)]
            except NetworkFailure as failure:
                self._end(self._code(failure))
        return (self.ended if self.unsent else None) or ChttpsCode.DONE

    async def _flush_by_itself(self) -> None:
        await self.flush()

    def _wait_no_longer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # From the server

    async def wait(self, least: int) -> ChttpsCode:
        """Wait until so many bytes can be fetched, the connection has ended, or the server was silent too long."""
        try:
            await within(self._modem.clock, self._network.timeout, self._until(min(least, CACHE)))
        except TimeoutError:
            return ChttpsCode.TIMEOUT
        return (None if self.cached else self.ended) or ChttpsCode.DONE

    def fetch(self, most: int) -> bytes:
        """What waits, at most so many bytes."""
        data = bytes(self.cached[:most])
        del self.cached[:most]
        self._news = self._news and bool(self.cached)
        self._changed.set()
        return data

    def fetched(self) -> None:
        """The host has what it asked for: what comes from here on is told again."""
        self.receiving = self._told = False
        if self._news and not self._over:
            self._tell()

    async def _until(self, least: int) -> None:
        while len(self.cached) < least and self.ended is None:
            await self._change()

    async def _listen(self) -> None:
        self._end(await self._hear())

    async def _hear(self) -> ChttpsCode:
        """Take what the server says, as far as there is room; how it ended."""
        while True:
            try:
                data = await self._connection.read()
            except SilentServer:
                continue  # nobody has asked it anything, or whoever has keeps the time
            except NetworkFailure as failure:
                return self._code(failure)
            if not data:
                return ChttpsCode.CLOSED
            self._take(data)
            while len(self.cached) >= CACHE and self._ended is None:
                await self._change()

    def _take(self, data: bytes) -> None:
        if self._over:
            return
        self.cached += data
        self._changed.set()
        if self.receiving:
            self._news = True
        elif not self._told:
            self._tell()

    def _tell(self) -> None:
        self._told, self._news = True, False
        self._modem.urc(ChttpsDataWaiting())

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    # The end

    async def aclose(self) -> None:
        """End it in order."""
        self._leave()
        await self._connection.aclose()

    def abort(self) -> None:
        """End it at once."""
        self._leave()
        self._connection.abort()

    def _leave(self) -> None:
        self._over = True
        self._wait_no_longer()
        self._end(ChttpsCode.CLOSED)

    def _end(self, code: ChttpsCode) -> None:
        """The connection has ended; who looks for it is told. What waits can still be fetched. Again is harmless."""
        if self._ended is not None:
            return
        self._ended = code
        self._changed.set()
        if not self._over:
            self._connection.abort()
            if code is ChttpsCode.CLOSED:
                self._modem.urc(ChttpsPeerClosed())

    def _code(self, failure: NetworkFailure) -> ChttpsCode:
        if not self._network.up:
            return ChttpsCode.NETWORK
        if isinstance(failure, internet.SilentServer):
            return ChttpsCode.TIMEOUT
        if isinstance(failure.__cause__, ssl.SSLError):
            return ChttpsCode.UNKNOWN
        return ChttpsCode.TRANSFER_FAILED
