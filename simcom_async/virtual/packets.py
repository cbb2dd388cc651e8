"""Data that a module pushes to the line that has asked for them, in packets, each behind a header with its length."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simcom_async.virtual.piece import Kind, Piece

if TYPE_CHECKING:
    from simcom_async.at.message import Message
    from simcom_async.virtual.channel import Channel

__all__ = ["PACKET", "Packets"]

#: Bytes of a packet (SIM7100 Internet service 5.9 has 1020 and 1058; SIM5320 AT manual V2.02: at most 1024).
PACKET = 1024


class Packets:
    """The packets of one operation. The line is theirs from ``seize`` to ``release``: no command, no other URC.

    ``header`` makes the line in front of so many bytes. Whoever sends waits while the host does not read.
    """

    def __init__(self, channel: Channel, header: Callable[..., Message]) -> None:
        self._channel = channel
        self._header = header

    async def seize(self) -> None:
        """Take the line, as soon as it is free."""
        await self._channel.seizure.seize()

    def release(self) -> None:
        """Give it back; again is harmless."""
        self._channel.seizure.release()

    async def send(self, data: bytes) -> None:
        """Push these bytes; nothing, when the module has been switched off meanwhile."""
        channel = self._channel
        for start in range(0, len(data), PACKET):
            if not channel.seizure.taken:
                return
            packet = data[start : start + PACKET]
            header = channel.wording.encode(self._header(length=len(packet)))
            channel.out.send(channel.wording.unsolicited(header), Piece(Kind.PAYLOAD, packet))
            await channel.out.drain()
