"""Parts of a module's file: read in counted packets, again where the line has lost some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.at.command import Service
from simcom_async.at.event import Noise, PayloadChunk, UrcLine
from simcom_async.commands.file_transfer import FileSend
from simcom_async.errors import CommandTimeout, ProtocolError
from simcom_async.sessions.whole import Whole

if TYPE_CHECKING:
    from simcom_async.link.link import Link

__all__ = ["PART", "read_part"]

#: Bytes that are asked for at once: what a disturbed line makes us read again.
PART = 8192
_ATTEMPTS = 3
_LINE_END = 2  # bytes that stand between a packet and the next line
_SETTLE_LIMIT = 60.0


async def read_part(link: Link, path: str, position: int, size: int) -> bytes:
    """Exactly ``size`` bytes of a file from ``position`` on; the file has them.

    Raises CommandFailed when the module does not give them, ProtocolError or CommandTimeout when a third try fails. A
    module that never puts a line end behind its packets is known by saying the same twice.
    """
    command = FileSend(path=path, position=position, size=size)
    before: bytes | None = None
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            data, bare = await _read(link, command)
        except (CommandTimeout, ProtocolError):
            if attempt == _ATTEMPTS:
                raise
            await link.settled(Service.FILES, _SETTLE_LIMIT)
            continue
        if len(data) == size and (not bare or data == before):
            return data
        before = data
    raise ProtocolError(
        f"{command.masked}: {size} bytes were asked for, {_ATTEMPTS} reads differ; bytes are lost, use flow control"
    )


async def _read(link: Link, command: FileSend) -> tuple[bytes, bool]:
    """The bytes of the packets, and whether a line followed one of them without the line end in front of it.

    A packet that lost bytes on the line takes as many of what follows it, one that got some leaves as many behind it.
    """
    whole = Whole(command.masked)
    ends: list[int] = []
    bare: list[bool] = []
    strange: list[bytes] = []

    def received(chunk: PayloadChunk) -> None:
        if chunk.last:
            ends.append(chunk.end)

    def said(line: UrcLine) -> None:
        if ends:
            bare.append(line.start - ends.pop() < _LINE_END)
        if line.declaration is None:
            strayed(line)

    def strayed(line: UrcLine | Noise) -> None:
        strange[:] = strange or [line.text]

    bus = link.bus
    with bus.on(PayloadChunk, received), bus.on(UrcLine, said), bus.on(Noise, strayed):
        await link.send(command, sink=whole.add)
    if strange:
        raise ProtocolError(f"{command.masked}: {strange[0][:64]!r} stands between the packets")
    return whole.data, any(bare)
