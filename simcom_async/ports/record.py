"""Recordings of a port's traffic (interfaces, section 3): JSON Lines, secrets masked."""

import json
import os
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

from simcom_async.errors import LinkError, UsageError
from simcom_async.ports.clock import Clock, LoopClock
from simcom_async.ports.passing import PassingPort
from simcom_async.ports.port import Lost, Port, Sink

__all__ = ["RECORDING_LIMIT", "Direction", "Entry", "Recording", "RecordingPort", "read_recording", "save_recording"]

Direction = Literal["tx", "rx"]

#: Bytes of a file that is read as a recording.
RECORDING_LIMIT = 256 * 1024 * 1024
_VERSION = 1
_LATEST = 1e9  # seconds, some thirty years
_SHOWN = 80  # characters of a wrong value
_HOLD_BOUND = 65536  # bytes held back while the start of a secret may go on
_STAR = b"*"


@dataclass(frozen=True, slots=True)
class Entry:
    """One read (``rx``) or write (``tx``), ``t`` seconds after the start of the recording, or None."""

    t: float | None
    dir: Direction
    data: bytes


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording: its header's dialect and start, and its entries in order."""

    dialect: str | None
    started: str | None
    entries: tuple[Entry, ...]


class RecordingPort(PassingPort):
    """A port that writes down what passes through another one.

    ``target`` is a path (written from the start, continued when the port is opened again) or an open text file (left
    open). ``mask`` and ``masks`` name the secrets: each byte of one is written as ``*``, both ways, however reads and
    writes cut it. What could be the first bytes of a secret is held back until it is not, and masked when that never
    comes. When the file cannot be written any more, the traffic goes on and ``aclose()`` raises ``LinkError``.
    """

    def __init__(
        self,
        port: Port,
        target: str | os.PathLike[str] | IO[str],
        *,
        dialect: str | None = None,
        clock: Clock | None = None,
        masks: Iterable[bytes] = (),
    ) -> None:
        super().__init__(port)
        self._target = target
        self._dialect = dialect
        self._clock = clock or LoopClock()
        self._file: IO[str] | None = None
        self._start: float | None = None
        self._failure: OSError | None = None
        self._masking = _Masking()
        for secret in masks:
            self.mask(secret)

    def mask(self, secret: bytes) -> None:
        """Hides ``secret`` in all that is recorded from now on. Raises ``UsageError`` when it is empty."""
        if not secret:
            raise UsageError("an empty secret cannot be masked", field="secret")
        self._masking.secrets.add(secret)

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Opens the port, and the file first. Raises ``UsageError`` when the file cannot be written."""
        self._open_file()

        def received(data: bytes) -> None:
            self._record("rx", data)
            sink(data)

        try:
            await self._port.open(received, lost)
        except BaseException:
            self._close_file()
            raise

    def write(self, data: bytes) -> None:
        """Sends and records."""
        self._port.write(data)
        self._record("tx", data)

    async def aclose(self) -> None:
        """Closes the port and completes the file. Raises ``LinkError``, once, when some of it could not be written."""
        try:
            await self._port.aclose()
        finally:
            self._write(self._masking.rest())
            self._close_file()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise LinkError(f"the recording of {self.url} is incomplete: {failure}", port=self.url) from failure

    def _open_file(self) -> None:
        if self._file is not None:
            return
        mode = "w" if self._start is None else "a"
        if not isinstance(self._target, str | os.PathLike):
            self._file = self._target
        else:
            try:
                self._file = open(self._target, mode, encoding="utf-8", buffering=1)  # noqa: SIM115
            except OSError as error:
                raise UsageError(f"cannot record: {error}", field="target", value=str(self._target)) from error
        if self._start is None:
            self._start = self._clock.time()
            started = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._put(_header(self._dialect, started))

    def _record(self, direction: Direction, data: bytes) -> None:
        if self._file is not None and data:
            since = self._clock.time() - (self._start or 0.0)
            self._write(self._masking.feed(_Piece(round(since, 6), direction, data)))

    def _write(self, pieces: Iterable["_Piece"]) -> None:
        for piece in pieces:
            self._put(_line(Entry(piece.t, piece.direction, bytes(piece.shown))))

    def _put(self, line: str) -> None:
        if self._file is None or self._failure is not None:
            return
        try:
            self._file.write(line)
        except OSError as error:
            self._failure = error

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            if file is self._target:
                file.flush()
            else:
                file.close()
        except OSError as error:
            self._failure = self._failure or error


class _Piece:
    """An entry on its way to the file: its first ``settled`` bytes are known to be shown as they will be."""

    __slots__ = ("data", "direction", "settled", "shown", "t")

    def __init__(self, t: float, direction: Direction, data: bytes) -> None:
        self.t = t
        self.direction = direction
        self.data = data
        self.shown = bytearray(data)
        self.settled = 0

    def hide(self, start: int, end: int) -> None:
        start, end = max(start, 0), min(end, len(self.data))
        if start < end:
            self.shown[start:end] = _STAR * (end - start)


class _Masking:
    """Finds secrets in both directions, across pieces, and hands the pieces on in their order once they are settled."""

    def __init__(self) -> None:
        self.secrets: set[bytes] = set()
        self._queue: deque[_Piece] = deque()
        self._held = 0

    def feed(self, piece: _Piece) -> list[_Piece]:
        """Takes a piece, returns those that are settled now."""
        self._queue.append(piece)
        self._held += len(piece.data)
        self._settle([other for other in self._queue if other.direction == piece.direction])
        return self.rest() if self._held > _HOLD_BOUND else self._settled()

    def rest(self) -> list[_Piece]:
        """Returns all pieces; what may be the start of a secret is masked."""
        for piece in self._queue:
            piece.hide(piece.settled, len(piece.data))
            piece.settled = len(piece.data)
        return self._settled()

    def _settle(self, pieces: list[_Piece]) -> None:
        unsettled = b"".join(piece.data[piece.settled :] for piece in pieces)
        for secret in self.secrets:
            start = unsettled.find(secret)
            while start >= 0:
                self._hide(pieces, start, start + len(secret))
                start = unsettled.find(secret, start + 1)
        ready = len(unsettled) - self._start_of_secret(unsettled)
        for piece in pieces:
            step = min(ready, len(piece.data) - piece.settled)
            piece.settled += step
            ready -= step

    def _hide(self, pieces: list[_Piece], start: int, end: int) -> None:
        """Masks a range of the unsettled bytes."""
        for piece in pieces:
            piece.hide(piece.settled + start, piece.settled + end)
            length = len(piece.data) - piece.settled
            start, end = start - length, end - length

    def _start_of_secret(self, data: bytes) -> int:
        """How many bytes at the end may be the start of a secret."""
        longest = max(map(len, self.secrets), default=0) - 1
        for length in range(min(longest, len(data)), 0, -1):
            if any(secret.startswith(data[-length:]) for secret in self.secrets if len(secret) > length):
                return length
        return 0

    def _settled(self) -> list[_Piece]:
        ready = []
        while self._queue and self._queue[0].settled == len(self._queue[0].data):
            ready.append(self._queue.popleft())
            self._held -= len(ready[-1].data)
        return ready


def save_recording(path: str | os.PathLike[str], recording: Recording) -> None:
    """Writes a recording that is whole already, as it is. Raises ``UsageError`` when the file cannot be written."""
    lines = (_header(recording.dialect, recording.started), *map(_line, recording.entries))
    try:
        Path(path).write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot save the recording: {error}", field="path", value=str(path)) from error


def read_recording(path: str | os.PathLike[str]) -> Recording:
    """Reads a recording. Raises ``UsageError``, with file and line, when it is none."""
    try:
        with open(path, "rb") as file:
            data = file.read(RECORDING_LIMIT + 1)
        lines = data.decode("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read the recording: {error}", field="path", value=str(path)) from error
    if len(data) > RECORDING_LIMIT:
        raise UsageError(f"{path}: a recording has at most {RECORDING_LIMIT} bytes", field="path", value=str(path))
    header = _object(path, 1, lines[0] if lines else "")
    if header.get("simcom_recording") != _VERSION:
        raise _invalid(path, 1, f'the header is {{"simcom_recording": {_VERSION}, ...}}')
    entries = tuple(_entry(path, number, line) for number, line in enumerate(lines[1:], 2) if line.strip())
    return Recording(_text(path, header, "dialect"), _text(path, header, "started"), entries)


def _header(dialect: str | None, started: str | None) -> str:
    return json.dumps({"simcom_recording": _VERSION, "dialect": dialect, "started": started}) + "\n"


def _line(entry: Entry) -> str:
    return json.dumps({"t": entry.t, "dir": entry.dir, "data": entry.data.decode("latin-1")}) + "\n"


def _entry(path: str | os.PathLike[str], number: int, line: str) -> Entry:
    fields = _object(path, number, line)
    t, direction, data = fields.get("t"), fields.get("dir"), fields.get("data")
    if t is not None and (isinstance(t, bool) or not isinstance(t, int | float) or not 0 <= t <= _LATEST):
        raise _invalid(path, number, f"t is seconds or null, not {_short(t)}")
    if direction != "tx" and direction != "rx":
        raise _invalid(path, number, f'dir is "tx" or "rx", not {_short(direction)}')
    if not isinstance(data, str):
        raise _invalid(path, number, f"data is a string, not {_short(data)}")
    try:
        return Entry(t, direction, data.encode("latin-1"))
    except UnicodeEncodeError as error:
        raise _invalid(path, number, f"each character of data is one byte; {data[error.start]!r} is none") from error


def _text(path: str | os.PathLike[str], header: dict[str, object], key: str) -> str | None:
    value = header.get(key)
    if value is not None and not isinstance(value, str):
        raise _invalid(path, 1, f"{key} is a string or null, not {_short(value)}")
    return value


def _object(path: str | os.PathLike[str], number: int, line: str) -> dict[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _invalid(path, number, f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise _invalid(path, number, "a JSON object is due")
    return value


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def _invalid(path: str | os.PathLike[str], number: int, what: str) -> UsageError:
    return UsageError(f"{path}, line {number}: {what}", field="path", value=str(path))
