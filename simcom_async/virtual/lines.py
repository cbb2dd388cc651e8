"""The lines of a virtual modem: in memory, on pseudo-terminals, on TCP; several at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simcom_async.errors import LinkError, PortLost
from simcom_async.ports.memory import MemoryPort, memory_line
from simcom_async.ports.port import Lost, Port, Sink
from simcom_async.ports.pty import PtyPort
from simcom_async.ports.tcp import TcpListener
from simcom_async.virtual.channel import Channel
from simcom_async.virtual.pty_link import PtyLink
from simcom_async.virtual.visits import Visits

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["HostEnd", "Lines"]

_OPENING = 0.1  # seconds that a client needs to open a terminal and set it


class HostEnd:
    """The host's end of a line in memory: a port. Opening it is a client that comes, closing it one that goes."""

    def __init__(self, line: MemoryPort, attach: Callable[[], Awaitable[None]], channel: Channel) -> None:
        self._line = line
        self._attach = attach
        self._channel = channel
        self.used = False
        self.is_open = False

    @property
    def url(self) -> str:
        """``memory``."""
        return self._line.url

    @property
    def flow_control(self) -> bool:
        """As the line has it."""
        return self._line.flow_control

    @property
    def pending(self) -> int:
        """Bytes on the wire to the module."""
        return self._line.pending

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Open it. Raises LinkError while the module is unplugged."""
        await self._attach()

        def gone(error: PortLost) -> None:
            self.is_open = False
            lost(error)

        await self._line.open(sink, gone)
        self.used = self.is_open = True
        self._channel.connected()

    def write(self, data: bytes) -> None:
        """Send."""
        self._line.write(data)

    async def drain(self) -> None:
        """Wait for low water."""
        await self._line.drain()

    def pause(self) -> None:
        """Stop reading."""
        self._line.pause()

    def resume(self) -> None:
        """Go on reading."""
        self._line.resume()

    async def set_baud(self, baud: int) -> None:
        """Change the pace of a paced line."""
        await self._line.set_baud(baud)

    async def aclose(self) -> None:
        """Close it: DTR falls, and nothing else happens to the module."""
        await self._line.aclose()
        if self.is_open:
            self.is_open = False
            self._channel.hang_up()


class Lines:
    """All lines of one modem. ``ptys`` and ``addresses`` are where clients find those that are not in memory."""

    def __init__(self, modem: VirtualModem) -> None:
        self._modem = modem
        self._plugged = True
        self._ends: list[HostEnd] = []
        self._visits: dict[Channel, Visits] = {}
        self._links: dict[Channel, PtyLink] = {}
        self.channels: list[Channel] = []

    @property
    def ptys(self) -> list[str]:
        """The paths of the pseudo-terminals."""
        ports = [channel.port for channel in self.channels if channel.attached]
        return [port.path for port in ports if isinstance(port, PtyPort)]

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where TCP clients connect."""
        ports = [channel.port for channel in self.channels if channel.attached]
        return [port.address for port in ports if isinstance(port, TcpListener)]

    def memory(self) -> HostEnd:
        """A line in memory: one that a host has left, or a new one."""
        for end in self._ends:
            if end.used and not end.is_open:
                end.used = False
                return end
        baud = self._modem.options.baud
        host, module = memory_line(clock=self._modem.clock, baud=baud)
        channel = self._add(module)
        end = HostEnd(host, lambda: self._attach(channel), channel)
        self._ends.append(end)
        return end

    async def open_pty(self, link: str | Path | None = None) -> str:
        """A pseudo-terminal; its path, or the ``link`` that follows it."""
        port = PtyPort()
        channel = self._add(port, baud=self._modem.options.baud)
        if link is not None:
            self._links[channel] = PtyLink(link)
        await self._attach(channel)
        return port.path if link is None else self._links[channel].path

    async def listen_tcp(self, host: str, port: int) -> tuple[str, int]:
        """A listening socket; its address. A client that goes drops DTR, as far as the next one can tell."""
        channel: Channel

        def connected() -> None:
            channel.hang_up()
            channel.connected()

        listener = TcpListener(host, port, connected=connected)
        channel = self._add(listener, baud=self._modem.options.baud)
        await self._attach(channel)
        return listener.address

    def unplug(self) -> None:
        """Every port is gone."""
        self._plugged = False
        for channel in self.channels:
            channel.attached = False
            channel.hang_up()
            self._look_away(channel)
            if isinstance(channel.port, MemoryPort):
                channel.port.unplug()
            else:
                self._modem.spawn(channel.aclose)

    def plug(self) -> None:
        """The ports can be had again."""
        self._plugged = True
        for channel in self.channels:
            self._modem.spawn(partial(self._attach, channel))

    async def aclose(self) -> None:
        """Close them all."""
        for channel in self.channels:
            self._look_away(channel)
            await channel.aclose()

    def _add(self, port: Port, *, baud: int | None = None) -> Channel:
        channel = Channel(self._modem, port, baud=baud)
        self.channels.append(channel)
        if self._modem.powered:
            channel.start(self._modem.profile.now, boot=False)
        return channel

    async def _attach(self, channel: Channel) -> None:
        if not self._plugged:
            raise LinkError("the virtual modem is unplugged", port=channel.port.url)
        if channel.attached:
            return
        await channel.open()
        if isinstance(channel.port, PtyPort):
            if channel in self._links:
                self._links[channel].point(channel.port.path)
            visits = self._visits[channel] = Visits(channel.port.path, lambda: self._greet(channel), channel.hang_up)
            if not visits.watching:
                channel.connected()

    def _greet(self, channel: Channel) -> None:
        # Clients throw away what they find on a port that they have just opened.
        self._modem.clock.call_at(self._modem.clock.time() + _OPENING, channel.connected)

    def _look_away(self, channel: Channel) -> None:
        visits = self._visits.pop(channel, None)
        if visits is not None:
            visits.close()
        if channel in self._links:
            self._links[channel].remove()
