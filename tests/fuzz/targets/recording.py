"""Recordings: any file is one, or refused with its line; what is recorded is read again, without secrets."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Coroutine, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simcom_async.errors import LinkError, UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line
from simcom_async.ports.record import RecordingPort, read_recording, save_recording
from tests.fuzz.supply import Supply, packed

MODULES = ("simcom_async.ports.record",)

_FOLDER = TemporaryDirectory(prefix="simcom-fuzz-")
_PATH = Path(_FOLDER.name) / "recording.jsonl"
_HEADERS = (
    '{"simcom_recording": 1, "dialect": null, "started": null}',
    '{"simcom_recording": 1, "dialect": "sim800"}',
    '{"simcom_recording": 2}',
    '{"simcom_recording": true, "started": 5}',
    "[1]",
    "",
)
_LINES = (
    '{"t": 0.5, "dir": "tx", "data": "AT\\r"}',
    '{"t": null, "dir": "rx", "data": "\\u00ff"}',
    '{"t": -1, "dir": "rx", "data": ""}',
    '{"t": NaN, "dir": "rx", "data": ""}',
    '{"t": 1e999, "dir": "rx", "data": ""}',
    '{"t": true, "dir": "rx", "data": ""}',
    '{"t": 1, "dir": "up", "data": ""}',
    '{"t": 1, "dir": "rx", "data": 5}',
    '{"t": 1, "dir": "rx", "data": "\\ud800"}',
    '{"t": 1, "dir": "rx", "data": "\\u0100"}',
    "[" * 3_000,
    '{"t": ' + "9" * 5_000 + ', "dir": "rx", "data": "x"}',
    '{"a": ' * 2_000,
    "   ",
    "null",
    "{",
)


def check(data: bytes) -> None:
    """Read a file, or write one."""
    supply = Supply(data)
    if supply.flag():
        _write(supply)
    elif supply.flag():
        _read(supply.rest())
    else:
        lines = [supply.pick(_HEADERS)]
        for _ in range(supply.byte() % 6):
            lines.append(supply.pick(_LINES) if supply.flag() else supply.text())
        _read("\n".join(lines).encode("utf-8", "surrogatepass"))


def _read(content: bytes) -> None:
    _PATH.write_bytes(content)
    try:
        recording = read_recording(_PATH)
    except UsageError as error:
        assert str(_PATH) in str(error) or error.value == str(_PATH)
        return
    assert recording.dialect is None or isinstance(recording.dialect, str)
    for entry in recording.entries:
        assert entry.dir in ("tx", "rx")
        assert isinstance(entry.data, bytes)
        assert entry.t is None or 0 <= entry.t < float("inf")
    save_recording(_PATH, recording)
    assert read_recording(_PATH) == recording, "it is saved, and read as another one"


class _Full(io.StringIO):
    """A file on a medium that is full after some characters."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, text: str) -> int:
        self.room -= len(text)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return super().write(text)


def _now(work: Coroutine[Any, Any, None]) -> None:
    """Carry out what waits for nothing."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits")


def _write(supply: Supply) -> None:
    """Traffic both ways, with secrets: each byte of them is hidden, every other one is as it was."""
    if supply.byte() > 0xF8:
        _nowhere()
    secrets = [secret for secret in (supply.some() for _ in range(supply.byte() % 4)) if secret]
    full = supply.upto(2_000) if supply.byte() > 0xD0 else 10**9
    target: Any = _Full(full) if supply.flag() else _PATH
    near, far = memory_line(clock=ManualClock())
    del far
    port = RecordingPort(near, target, dialect="sim800", clock=ManualClock(), masks=secrets)
    _now(port.open(lambda data: None, lambda error: None))
    written: dict[str, list[bytes]] = {"tx": [], "rx": []}
    for _ in range(supply.byte() % 40):
        direction = "tx" if supply.flag() else "rx"
        piece = _piece(supply, secrets)
        written[direction].append(piece)
        if piece:
            _record(port, direction, piece)
    failed = _closed(port)
    if isinstance(target, _Full):
        assert failed is (target.room < 0)
        _PATH.write_text(target.getvalue(), "utf-8")
    if not failed:
        _check_hidden(written, secrets)


def _nowhere() -> None:
    """What cannot be written is said before anything is opened."""
    port = RecordingPort(memory_line(clock=ManualClock())[0], _FOLDER.name)
    for work in (lambda: _now(port.open(lambda data: None, lambda error: None)), lambda: port.mask(b"")):
        try:
            work()
        except UsageError as error:
            assert error.field in ("target", "secret")
            continue
        raise AssertionError("it is taken")


def _record(port: RecordingPort, direction: str, piece: bytes) -> None:
    if direction == "tx":
        port._record("tx", piece)  # without the loop that a line needs to carry it
    else:
        port._record("rx", piece)


def _closed(port: RecordingPort) -> bool:
    try:
        _now(port.aclose())
    except LinkError:
        return True
    return False


def _piece(supply: Supply, secrets: list[bytes]) -> bytes:
    if not secrets or supply.flag():
        return supply.some() * (1 if supply.byte() < 0xFA else 900)
    secret = supply.pick(secrets)
    start = supply.upto(len(secret))
    return secret[start : start + 1 + supply.upto(len(secret))]


def _check_hidden(written: dict[str, list[bytes]], secrets: list[bytes]) -> None:
    recording = read_recording(_PATH)
    for direction, pieces in written.items():
        sent = b"".join(pieces)
        shown = b"".join(entry.data for entry in recording.entries if entry.dir == direction)
        assert len(shown) == len(sent)
        hidden = {place for place, (one, other) in enumerate(zip(sent, shown, strict=True)) if one != other}
        assert all(shown[place] == ord("*") for place in hidden)
        for secret in secrets:
            for found in re.finditer(b"(?=" + re.escape(secret) + b")", sent):
                assert shown[found.start() : found.start() + len(secret)] == b"*" * len(secret), "a secret is shown"
        if not secrets:
            assert shown == sent


def seeds() -> Iterator[bytes]:
    """Lines of every sort, and traffic with secrets in two pieces."""
    for number in range(len(_LINES)):
        yield bytes([0, 0, number % 2, 2, 1, number, 0]) + packed(_LINES[0].encode())
    for number in range(len(_HEADERS)):
        yield bytes([0, 0, number, 1, 1, 0])
    yield b"\x00\x01" + json.dumps({"simcom_recording": 1}).encode() + b"\n" + _LINES[0].encode()
    for full in (0, 0xFF):
        head = (
            b"\x01"
            + bytes([full])
            + b"\x02"
            + packed(b"secret")
            + packed(b"aab")
            + bytes([full])
            + b"\x00\x30" * (full > 0)
        )
        yield (
            head
            + b"\x01\x06"
            + (b"\x01\x00\x00\x00\x02" + b"\x01\x00\x00\x03\x05" + b"\x00\x01" + packed(b"xse") + b"\0") * 4
        )
        yield head + b"\x00\x08" + (b"\x01\x01" + packed(b"x" * 200) + b"\xff") * 8
