"""The whole of our side on one serial line, as the benchmarks see it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol


class Stack(Protocol):
    """A link over a serial port, with its bus."""

    async def send(self) -> None:
        """AT, and wait for OK."""

    def on_urc(self, callback: Callable[[bytes], None]) -> None:
        """Call back with the text of every unsolicited line."""

    def urcs(self) -> AsyncIterator[bytes]:
        """The text of every unsolicited line from now on."""

    async def aclose(self) -> None:
        """Close the port."""


OpenStack = Callable[[str], Awaitable[Stack]]


def our_stack() -> OpenStack:
    """Our side: from the path of a terminal to an open stack."""
    from simcom_async.at.event import UrcLine
    from simcom_async.commands.general import At
    from simcom_async.dialects import SIM800
    from simcom_async.link.link import Link
    from simcom_async.ports.serial import SerialPort

    class Ours:
        def __init__(self, link: Link) -> None:
            self._link = link

        async def send(self) -> None:
            await self._link.send(At())

        def on_urc(self, callback: Callable[[bytes], None]) -> None:
            self._link.bus.on(UrcLine, lambda event: callback(event.text))

        async def urcs(self) -> AsyncIterator[bytes]:
            with self._link.bus.subscribe(UrcLine) as events:
                async for event in events:
                    yield event.text

        async def aclose(self) -> None:
            await self._link.aclose()

    async def open_stack(path: str) -> Stack:
        link = Link(SerialPort(path), SIM800)
        await link.open()
        return Ours(link)

    return open_stack
