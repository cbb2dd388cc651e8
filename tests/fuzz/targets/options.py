"""What people say of modems, hosts and options, and clients of ranges: read as what it says, or refused by name."""

from __future__ import annotations

from collections.abc import Iterator

import click

from simcom_async.cli.serving import ADDRESS
from simcom_async.errors import UsageError
from simcom_async.ports.binding import Binding, Trait
from simcom_async.sites.ranges import byte_range
from simcom_async.virtual.internet import host_map
from simcom_async.virtual.options import Options
from tests.fuzz.supply import Supply, packed

MODULES = ("simcom_async.ports.binding", "simcom_async.sites.ranges", "simcom_async.virtual.options")
LONGEST = 256

_ARABIC = "\u0663"
_NUMBERS = (
    "0", "1", "80", "65535", "65536", "-1", "", " 1", "+1", "1_0", _ARABIC, "\u00b2",
    "9" * 5_000, "1e3", "0x10", "nan", "inf",
    "1.5", "\ud800", "never", "unlimited", "00080",
)  # fmt: skip
_DIGITS = ("867" + "0" * 12, "89" + "1" * 18, "89" + "1" * 18 + "F", _ARABIC * 15, "%38" * 15, "1" * 16 + "\n", "")
_GLOBS = ("ports=/dev/ttyUSB*", "ports=", "ports=[", "port=x", "ports=%00", "&", "ports=a&ports=b", "ports", "=", ";")
_HOSTS = ("h", "[::1]", "", "h:80", "H", "\u212a", ":", "a b")


def check(data: bytes) -> None:
    """One saying of some sort."""
    supply = Supply(data)
    supply.pick((_binding, _hosts, _range, _address, _options))(supply)


def _binding(supply: Supply) -> None:
    scheme = supply.pick(("imei:", "ICCID:", "usb:", "imei", "tcp:", "", "\u0131mei:"))
    value = supply.pick(_DIGITS) if supply.byte() < 0xC0 else supply.text()
    query = "?" + supply.pick(_GLOBS) if supply.flag() else ""
    try:
        binding = Binding.of(scheme + value + query)
    except UsageError as error:
        assert error.field == "url"
        return
    if binding is None:
        return
    assert binding.value.isprintable() or binding.trait is Trait.USB
    if binding.trait is not Trait.USB:
        digits = binding.value.upper().removesuffix("F")
        assert digits.isascii(), f"no modem has the number {binding.value!r}"
        assert digits.isdecimal()
        assert 14 <= len(digits) <= 20
        assert Binding.of(binding.url) == Binding(binding.trait, binding.value)
    assert binding.fits(binding.value)
    assert all(binding.globs)


def _number(supply: Supply) -> str:
    return supply.pick(_NUMBERS) if supply.byte() < 0xD0 else supply.text()


def _hosts(supply: Supply) -> None:
    table = {supply.pick(_HOSTS): supply.pick(_HOSTS) + supply.pick((":", "", "::")) + _number(supply)}
    try:
        found = host_map(table)
    except UsageError as error:
        assert error.field == "hosts"
        return
    for source, (host, port) in found.items():
        assert source == source.lower()
        assert host
        assert 0 < port < 65_536
        assert next(iter(table.values())) in (f"{host}:{port}", f"{host}:{port:05d}")


def _range(supply: Supply) -> None:
    first, last = (_number(supply) if supply.flag() else "" for _ in range(2))
    header = (
        supply.pick(("bytes=", "bytes= ", "Bytes=", "items=", "")) + f"{first}-{last}" + supply.pick(("", " ", ",1-2"))
    )
    length = supply.upto(3) * 40
    found = byte_range(header, length)
    if found is None:
        return
    assert found.step == 1
    assert 0 <= len(found) <= length
    assert not found or (found.start >= 0 and found.stop <= length)
    if first.strip().isdecimal() and found:
        assert found.start == int(first)
        assert not last or found.stop == min(int(last), length - 1) + 1
    elif found:
        assert found.stop == length


def _address(supply: Supply) -> None:
    said = supply.pick(_HOSTS) + supply.pick((":", "")) + _number(supply)
    try:
        host, port = ADDRESS.convert(said, None, None)
    except click.BadParameter:
        return
    assert host or said.startswith("[]")
    assert 0 <= port < 65_536


def _options(supply: Supply) -> None:
    keys = (*Options.model_fields, "x", "", " baud ")
    texts = []
    for _ in range(supply.byte() % 4):
        value = supply.pick(_DIGITS) if supply.byte() > 0xD0 else _number(supply)
        texts.append(supply.pick(keys) + ("=" if supply.byte() < 0xF0 else "") + value)
    try:
        options = Options.of(Options.pairs(texts), seed=supply.number())
    except UsageError as error:
        assert error.field is not None
        return
    for number in (options.imei, options.iccid, options.pin or "0"):
        assert number.isascii(), f"{number!r} is no number of a module"
        assert number.isdecimal()
    assert options.urc_delay >= 0
    assert options.space > 0
    assert options.baud is None or options.baud > 0
    assert options.operator.isprintable() or not options.operator.isascii()


def seeds() -> Iterator[bytes]:
    """Each of what can be said, of each sort."""
    for number in range(len(_NUMBERS)):
        yield bytes([1, 0, 0, 0, 0, number])
        yield bytes([2, 1, 0, number, 1, 0, number, 0, 0, 2])
        yield bytes([2, 1, 0, number, 0, 0, 0, 2])
        yield bytes([2, 0, 1, 0, number, 0, 0, 2])
        yield bytes([3, 0, 0, 0, number])
        for key in range(0, len(Options.model_fields), 3):
            yield bytes([4, 1, 0, 0, number, key, 0, 9, 5])
    for number in range(len(_DIGITS)):
        for scheme in range(3):
            yield bytes([0, scheme, 0, number, 1, number])
        for key in range(len(Options.model_fields)):
            yield bytes([4, 1, 0xFF, number, key, 0, 9, 5])
    yield bytes([4, 1, 0, 0xFF]) + packed(b"x\ny") + bytes([2, 0])
