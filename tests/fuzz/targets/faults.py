"""Files of faults: any text is a list of faults, or a UsageError that says where."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from simcom_async.errors import UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.fault import Fault, kind_name
from simcom_async.virtual.faults import KINDS, Faults, Stray, load_faults, read_faults
from simcom_async.virtual.piece import Kind, Piece
from tests.fuzz.supply import Supply, packed

MODULES = ("simcom_async.virtual.fault", "simcom_async.virtual.faults")

_FOLDER = TemporaryDirectory(prefix="simcom-fuzz-")
_PATH = Path(_FOLDER.name) / "faults.toml"
_PAGE = Path(__file__).parents[3] / "docs" / "faults.md"
_MODEM = VirtualModem("sim800", clock=ManualClock())
_NOBODY: Any = None
_PIECE = Piece(Kind.FINAL, b"\r\nOK\r\n")
_KEYS = tuple(sorted({entry.name for kind in KINDS.values() for entry in dataclasses.fields(kind) if entry.init}))
_VALUES = (
    "1", "0", "-1", "1.5", "nan", "inf", "true", '"always"', '"host"', '"module"', '"dns"', '"lie"', '"+CSQ"', '""',
    '"\\u00ff"', '"\\u0100"', '"\\ud800"', "[]", "{}", "[1]", "1979-05-27", "1979-05-27T07:32:00Z", "2020-13-45",
    "0x1F", "1e400", "9" * 5_000, "'x'", '"""a\nb"""', "[" * 3_000,
    "{a = 1}", "99999999999999999999", "1_0", "07:32:61",
)  # fmt: skip


def check(data: bytes) -> None:
    """A text, free or made of kinds, keys and values."""
    supply = Supply(data)
    if supply.flag():
        content = supply.rest()
        text = content.decode("utf-8", "replace")
    else:
        text = _made(supply)
        content = text.encode("utf-8", "surrogatepass")
    _check(text)
    _PATH.write_bytes(content)
    try:
        load_faults(_PATH)
    except UsageError as error:
        assert str(_PATH) in str(error)


def _check(text: str) -> None:
    try:
        found = read_faults(text)
    except UsageError as error:
        assert str(error)
        assert error.field is not None
        return
    for fault in found:
        assert kind_name(type(fault)) in KINDS
        assert not fault.armed
        _use(fault)
    _use_all(read_faults(text))


def _use_all(found: list[Fault]) -> None:
    """All of them at one modem: whatever they do, output stays output, and input stays bytes."""
    faults = Faults(_MODEM, seed=1)
    for fault in found:
        if not hasattr(fault, "happen") and not isinstance(fault, Stray):
            faults.add(fault)
    assert bool(faults) is (len(faults) > 0)
    for line in ("AT+CSQ", "AT+HTTPREAD=0,5"):
        faults.begins(_NOBODY, line)
        for piece in faults.outgoing([_PIECE, Piece(Kind.PAYLOAD, bytes(range(256)))]):
            assert isinstance(piece.data, bytes)
        assert isinstance(faults.incoming(b"AT+CSQ\r"), bytes)
        assert 0 <= faults.short_read(10) <= 10
        assert faults.completes_early() in (True, False)
        assert faults.event_comes_early() in (True, False)
        failure = faults.server_failure()
        assert failure is None or failure in found
        faults.ends(_NOBODY, line)
    faults.clear()
    assert len(faults) == 0


def _use(fault: Fault) -> None:
    """What every fault can be asked, whatever its values."""
    if not hasattr(fault, "happen"):
        fault.added(_MODEM, Random(1))
        for line in ("AT+CSQ", "AT+HTTPREAD"):
            Fault.begins(fault, _NOBODY, line)
            times = fault.times
            if fault.chance():
                assert not fault.spent
                fault.struck()
                assert fault.times is None or fault.times == times - 1
            Fault.ends(fault, _NOBODY, line)
        assert fault.spent is (fault.times is not None and fault.times < 1)
        assert Fault.incoming(fault, b"AT\r") == b"AT\r"
        assert list(Fault.outgoing(fault, _PIECE)) == [_PIECE]
    fault.removed()


def _made(supply: Supply) -> str:
    lines = []
    if supply.flag():
        lines.append(f"{supply.pick(('seed', 'x', 'fault'))} = {_value(supply)}")
    for _ in range(supply.byte() % 4):
        lines.append(supply.pick(("[[fault]]", "[[fault]]", " [[ fault ]] ", "[fault]", "[[fault.x]]", "fault = []")))
        if supply.byte() % 8:
            lines.append(f'kind = "{supply.pick(tuple(KINDS))}"')
        for _ in range(supply.byte() % 5):
            key = supply.pick(_KEYS) if supply.byte() % 8 else re.sub(r"[^\w-]", "", supply.text()) or '""'
            lines.append(f"{key} = {_value(supply)}")
    return "\n".join(lines)


def _value(supply: Supply) -> str:
    return supply.pick(_VALUES) if supply.byte() % 4 else f"{supply.number()}"


def seeds() -> Iterator[bytes]:
    """The examples of the page on faults, and every kind with every sort of value."""
    for example in re.findall(r"```toml\n(.*?)```", _PAGE.read_text("utf-8"), re.DOTALL):
        yield b"\x01" + example.encode()
    for number in range(len(KINDS)):
        for value in range(0, len(_VALUES), 4):
            yield bytes([0, 0, 1, 0, 1, number, 3, 1, number, 1, value, 1, number + 3, 1, value + 1])
    yield b"\x01" + b"a = " + b"[" * 3_000
    yield b"\x00\x01\x00\x01\x19\x01"
    assert packed
