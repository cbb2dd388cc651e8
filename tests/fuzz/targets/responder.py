"""The module's ear: whatever a host writes is a command, an entry, data, or a refusal, however it was cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from simcom_async.at.dialect import WireState
from simcom_async.at.escape import DLE_ETX, ETX_SUB, SUB_ONLY
from simcom_async.at.responder import (
    HELD_LIMIT,
    CommandLine,
    Echo,
    EntryChunk,
    Item,
    Mode,
    OnlineChunk,
    Responder,
)
from tests.fuzz.seeds import conversations
from tests.fuzz.supply import Supply, bytewise, cut_by, packed, packed_number
from tests.fuzz.vocabulary import LANGUAGES, NASTY, command_of, commands

MODULES = ("simcom_async.at.responder", "simcom_async.at.commandline")

_PIECES = Echo | EntryChunk | OnlineChunk
LONGEST = 256

_STEPS = 24
_LATEST = 4  # items that are compared behind each step; at the end all of them are
_HABITS = (8, 127, 0x41, 13)
Step = tuple[str, Any]


class Module:
    """A responder, and all that it made of what it heard."""

    def __init__(self, dialect: Any, echo: bool | None, backspace: int) -> None:
        self.responder = Responder(dialect, WireState(echo=echo))
        self.responder.backspace = backspace
        self.items: list[Item] = []
        self.heard = 0

    def do(self, step: Step, cut: Callable[[bytes], list[bytes]]) -> None:
        """Take one step; what does not belong into the mode has no effect."""
        responder, (name, what) = self.responder, step
        match name:
            case "receive":
                self.heard += len(what)
                for piece in cut(what):
                    self.take(responder.receive(piece))
            case "resume":
                self.take(responder.resume())
            case "enter":
                self.take(responder.enter(*what[:1], echoed=what[1]))
            case "online":
                self.take(responder.online())
            case "end entry":
                responder.end_entry()
            case "quiet":
                self.take(responder.quiet())
            case _:
                responder.reset()

    def take(self, items: list[Item]) -> None:
        """Join what was cut, as who reads it does; the echo of an entry and the entry itself go different ways."""
        for item in items:
            place = len(self.items) - 1
            if isinstance(item, _PIECES):
                while (
                    place >= 0 and isinstance(self.items[place], _PIECES) and type(self.items[place]) is not type(item)
                ):
                    place -= 1
                last = self.items[place] if place >= 0 else None
                if isinstance(last, _PIECES):
                    self.items[place] = type(item)(last.data + item.data)
                    continue
            self.items.append(item)


def check(data: bytes) -> None:
    """The same steps as they came, and with other cuts."""
    supply = Supply(data)
    dialect = supply.pick(LANGUAGES)
    echo, backspace = supply.pick((None, True, False)), supply.pick(_HABITS)
    module, other = (Module(dialect, echo, backspace) for _ in range(2))
    cuts = supply.byte()
    for _ in range(_STEPS):
        if not supply:
            break
        step = _chosen(supply, module)
        module.do(step, lambda read: [read])
        other.do(step, lambda read: bytewise(read) if cuts % 2 else cut_by(cuts, read))
        assert len(other.items) == len(module.items), "the cuts decide when it is something"
        assert _comparable(other.items[-_LATEST:]) == _comparable(module.items[-_LATEST:])
        one, two = other.responder, module.responder
        assert (one.mode, one.typing, one.lost) == (two.mode, two.typing, two.lost)
    assert _comparable(other.items) == _comparable(module.items), "the cuts decide what it is"
    _check_items(module, dialect.habits.line_limit)


def _comparable(items: Sequence[Item]) -> list[object]:
    """Commands by what they say: two of one text are equal."""
    return [
        (item.text, [(part.text, part.command and part.command.text, part.refusal) for part in item.parts])
        if isinstance(item, CommandLine)
        else item
        for item in items
    ]


def _check_items(module: Module, limit: int) -> None:
    """No more comes out than went in, a line ends at the first command that is refused, and each has its answer."""
    out = sum(len(item.data) for item in module.items if isinstance(item, EntryChunk | OnlineChunk))
    assert out + module.responder.lost <= module.heard
    for item in module.items:
        if isinstance(item, CommandLine):
            assert len(item.text) <= limit + 1_024
            for part in item.parts:
                assert (part.command is None) is (part.refusal is not None)
            assert all(part.refusal is None for part in item.parts[:-1])
    echoed = sum(len(item.data) for item in module.items if isinstance(item, Echo))
    assert echoed <= module.heard


def _chosen(supply: Supply, module: Module) -> Step:
    mode = module.responder.mode
    if mode is Mode.HELD and supply.byte() % 4:
        return _after_a_line(supply)
    match supply.byte() % 14:
        case 0 | 1:
            return "receive", supply.some()
        case 2 | 3:
            return "receive", b"AT" + supply.some() + supply.pick((b"\r", b"\r\n", b"\n"))
        case 4:
            return "receive", _command(supply, module) + b"\r"
        case 5:
            line = b";".join(_command(supply, module)[2:] for _ in range(1 + supply.byte() % 5))
            return "receive", supply.pick((b"AT", b"at", b"xATat", b"+++AT", b"\x1bAT")) + line + b"\r"
        case 6:
            return "receive", supply.pick(
                (b"A/", b"a/", b"\nA/", b"\r", b"\n", b"\r\n", b"+", b"+++", b"\x1a", b"\x1b")
            )
        case 7:
            return "receive", supply.pick(NASTY)
        case 8:
            piece = supply.pick((b"x", b"AT", b"\x08", b"+", b"A/", b"AT\r", b"1 "))
            return "receive", piece * (supply.upto(70_000 if mode is Mode.HELD else 3_000) // len(piece))
        case 9 | 10:
            return "quiet", None
        case 11:
            return ("end entry", None) if mode is Mode.ENTRY else ("resume", None)
        case 12:
            return ("reset", None) if supply.byte() > 0xE0 else ("quiet", None)
        case _:
            return "resume", None


def _after_a_line(supply: Supply) -> Step:
    match supply.byte() % 6:
        case 0:
            return "enter", (supply.upto(700) - 1, supply.flag())
        case 1:
            return "enter", (supply.pick((ETX_SUB, DLE_ETX, SUB_ONLY)), supply.flag())
        case 2:
            return "online", None
        case _:
            return "resume", None


def _command(supply: Supply, module: Module) -> bytes:
    text = command_of(supply, supply.pick(commands(module.responder.dialect))).text
    return text if not supply.flag() else text.replace(b"=", b" = ").lower()


def seeds() -> Iterator[bytes]:
    """The transcripts of the manual, from the other side."""
    families = {dialect.name: number for number, dialect in enumerate(LANGUAGES)}
    for family, turns in conversations():
        data = packed_number(families[family], len(LANGUAGES) - 1) + b"\x00\x00\x07"
        for kind, text in turns:
            if kind == "line":
                data += b"\x02" + packed(text[2:]) + b"\x00"
            elif kind == "entry":
                data += b"\x01\x01\x02\x00\x00" + packed(text) + b"\x01\x03"
            else:
                data += b"\x01\x03"
        yield data
    online = b"\x01\x02\x09\x00" + packed(b"+++") + b"\x09\x01\x03"
    assert HELD_LIMIT
    for line in (b"+CSQ;+CREG?", b"E0V1", b"S0=1S3?", b"D*99#;", b"&F;+CMEE=2", b'+CPIN="1234', b"#CSQ", b"+CSQ+CREG"):
        yield b"\x01\x00\x00\x07\x02" + packed(line) + b"\x00\x01\x03\x06\x00" + online
