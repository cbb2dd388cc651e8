"""The last traffic of a link, attached to the errors that it explains."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simcom_async.errors import CommandTimeout, Evidence, LinkError, OutcomeUnknown, PortLost, SimcomError, Traffic
from simcom_async.link.condition import Condition
from simcom_async.ports.record import Entry, Recording, save_recording

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.at.exchange import Exchange
    from simcom_async.link.channel import Channel
    from simcom_async.link.masking import Row

__all__ = ["BYTES", "ENTRIES", "LinkEvidence", "Witness", "gone"]

#: Reads and writes that evidence holds at most, and their bytes. What is older is dropped, by whole commands.
ENTRIES = 64
BYTES = 16384
#: As many bytes that were left out are written to a recording, as asterisks, so that what was counted stays right.
_FILLED = 524_288
_SHOWN = 16
_WIDTH = 100
_EXPLAINED = (CommandTimeout, LinkError, OutcomeUnknown)


@dataclass(frozen=True, slots=True)
class LinkEvidence:
    """The last traffic of one link; see ``Evidence``."""

    when: str
    started: str
    port: str
    dialect: str
    entries: tuple[Traffic, ...]
    command_at: int
    cut: bool

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a recording, for ``simcom explain``. Raises UsageError when the file cannot be written.

        Bytes that were left out are asterisks in it, at most 512 KiB in one place.
        """
        entries = (
            Entry(entry.t, entry.dir, entry.data or b"*" * min(entry.left_out, _FILLED)) for entry in self.entries
        )
        save_recording(path, Recording(self.dialect, self.started, tuple(entries)))

    def __str__(self) -> str:
        first = max(min(self.command_at, len(self.entries) - _SHOWN), 0)
        shown = [*range(first, len(self.entries))]
        if len(shown) > _SHOWN:  # the command and the end
            shown = [shown[0], *shown[1 - _SHOWN :]]
        lines = [f"the last traffic of {self.port} ({self.dialect}) before {self.when}; > sent, < received:"]
        for before, place in zip([first, *shown], shown, strict=False):
            if place > before + 1:
                lines.append(f"{'...':>12}")
            lines.append(_line(self.entries[place]))
        after = datetime.fromisoformat(self.when) - datetime.fromisoformat(self.started)
        lines.append(f"{after.total_seconds():>10.3f} s ! the error")
        return "\n".join(lines)


class Witness:
    """Attaches what a channel remembers to errors."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def attest(self, error: BaseException | None) -> None:
        """Give an error the traffic before it, once, where its kind calls for it; that of its cause where it has some.

        It is for the errors of the wire and of outcomes that nobody knows: CommandTimeout, LinkError, OutcomeUnknown.
        """
        if isinstance(error, _EXPLAINED) and error.evidence is None:
            error.evidence = _of_cause(error) or self._collect()

    def _collect(self) -> Evidence | None:
        """What is remembered now, bounded; None where nothing has been sent or received."""
        channel = self._channel
        due = [operation.exchange for operation in channel.due]
        open_ended = channel.condition is not Condition.READY

        def awaited(exchange: Exchange) -> bool:
            return not exchange.finished and (open_ended or any(exchange is other for other in due))

        rows = _bounded(channel.trace.rows(awaited, ENTRIES))
        if not rows:
            return None
        begin, now = rows[0].t, datetime.now(UTC)
        started = now - timedelta(seconds=max(channel.time.now() - begin, 0.0))
        return LinkEvidence(
            now.isoformat(timespec="milliseconds"),
            started.isoformat(timespec="milliseconds"),
            channel.port.url,
            channel.demux.dialect.name,
            tuple(Traffic(round(max(row.t - begin, 0.0), 6), row.dir, row.data, row.left_out) for row in rows),
            max((place for place, row in enumerate(rows) if row.begins), default=0),
            any(row.left_out or (row.apart and place) for place, row in enumerate(rows)),
        )


def gone(channel: Channel, command: Command[Any], condition: Condition, cause: PortLost | None) -> PortLost:
    """The error of a command whose port is gone."""
    url = channel.port.url
    why = f"the link over {url} is {condition.value}" if cause is None else str(cause)
    error = PortLost(f"{command.masked}: {why}", port=url, seen=channel.trace.seen())
    error.__cause__ = cause
    return error


def _bounded(rows: list[Row]) -> list[Row]:
    """The newest rows, from the beginning of a command on."""
    octets = 0
    first = len(rows)
    for place in range(len(rows) - 1, -1, -1):
        octets += len(rows[place].data)
        if len(rows) - place > ENTRIES or octets > BYTES:
            break
        if not place or rows[place - 1].turn != rows[place].turn:
            first = place
    return rows[first:]


def _of_cause(error: BaseException) -> Evidence | None:
    cause = error.__cause__
    while cause is not None:
        if isinstance(cause, SimcomError) and cause.evidence is not None:
            return cause.evidence
        cause = cause.__cause__
    return None


def _line(entry: Traffic) -> str:
    sign = ">" if entry.dir == "tx" else "<"
    text = f"({entry.left_out} bytes)" if entry.left_out else ascii(entry.data.decode("latin-1"))[1:-1]
    if len(text) > _WIDTH:
        text = f"{text[: _WIDTH // 2]} ... {text[-_WIDTH // 2 :]}"
    return f"{entry.t:>10.3f} s {sign} {text}"
