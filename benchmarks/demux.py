"""The demultiplexer against one split of the whole text, and against a bytearray that loses a line at a time.

A dialogue is what a module sends for one command: unsolicited lines, a reply or a payload or a prompt, a final result.
Nothing comes behind a final result before the next command, so every dialogue is filled up to whole reads. For 64-byte
reads they are short (about a quarter of their items are final results), for 1024-byte reads they are long.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.measure import Benchmark, Goal, Ratio, cpu_of, interleave, ratio

#: By the name of its command: takes one read and gives the number of elements that it found.
Receive = Callable[[bytes], int]
Demuxes = Callable[[str], Receive]

DIALOGUES = 400
URCS = (b"+CREG: 1,5", b"+HTTPACTION: 0,200,1024", b"RING", b"+SAPBR 1: DEACT", b'+CMTI: "SM",12')
#: The unsolicited line that fills a dialogue up.
FILLER = b'+CUSD: 0,"%b"'


@dataclass(frozen=True, slots=True)
class Dialogue:
    """``wire`` holds ``items`` lines, prompts and payloads."""

    command: str
    wire: bytes
    items: int

    def reads(self, size: int) -> list[bytes]:
        return [self.wire[place : place + size] for place in range(0, len(self.wire), size)]


def dialogues(size: int) -> list[Dialogue]:
    """Mixed traffic, made for reads of ``size`` bytes."""
    dice = random.Random(size)
    around = (0, 2) if size < 100 else (35, 50)
    count = DIALOGUES if size < 100 else DIALOGUES // 10
    made = [_dialogue(dice, dice.choice(("status", "read", "entry")), around) for _ in range(count)]
    return [_filled(dialogue, size) for dialogue in made]


def _filled(dialogue: Dialogue, size: int) -> Dialogue:
    """The dialogue with one more line, and as long as whole reads."""
    least = len(_line(FILLER % b""))
    missing = -(len(dialogue.wire) + least) % size
    line = _line(FILLER % (b"." * missing))
    return Dialogue(dialogue.command, line + dialogue.wire, dialogue.items + 1)


def _dialogue(dice: random.Random, command: str, around: tuple[int, int]) -> Dialogue:
    parts = [_line(dice.choice(URCS)) for _ in range(dice.randint(*around))]
    if command == "status":
        parts += [_line(b"+HTTPSTATUS: GET,1,%d,%d" % (dice.randrange(9999), dice.randrange(9999)))]
    elif command == "read":
        payload = dice.randbytes(dice.randint(10, 40))
        parts += [b"\r\n+HTTPREAD: %d\r\n" % len(payload), payload]
    else:
        parts += [b"\r\n> "]
    parts += [_line(b"OK")]
    return Dialogue(command, b"".join(parts), len(parts))


def _line(text: bytes) -> bytes:
    return b"\r\n" + text + b"\r\n"


def our_demux() -> Demuxes:
    """Our side: a demux that has been armed with the command of a dialogue; arming is part of the round trip."""
    from simcom_async.at.command import RawCommand
    from simcom_async.at.demux import Demux
    from simcom_async.at.exchange import Exchange
    from simcom_async.commands.http import HttpRead, HttpStatusRead
    from simcom_async.dialects import SIM800

    commands = {"status": HttpStatusRead(), "read": HttpRead(), "entry": RawCommand(line="+CMGS=1")}

    def armed(command: str) -> Receive:
        demux = Demux(SIM800)
        exchange = Exchange(commands[command])
        demux.arm(exchange)
        exchange.written()
        receive = demux.receive
        return lambda data: len(receive(data))

    return armed


class NaiveDemux:
    """The reference: a bytearray, find, slice and del for every line, one dictionary hit for its meaning."""

    MEANINGS: Mapping[bytes, str] = {
        b"OK": "final",
        b"ERROR": "final",
        b"RING": "urc",
        b"+CREG": "urc",
        b"+CUSD": "urc",
        b"+CMTI": "urc",
        b"+HTTPACTION": "urc",
        b"+SAPBR 1": "urc",
        b"+HTTPSTATUS": "reply",
        b"+HTTPREAD": "counted",
    }

    def __init__(self, _command: str) -> None:
        self._buffer = bytearray()
        self._left = 0

    def receive(self, data: bytes) -> int:
        found: list[tuple[str, bytes]] = []
        buffer = self._buffer
        buffer += data
        while buffer:
            if self._left:
                part = bytes(buffer[: self._left])
                del buffer[: len(part)]
                self._left -= len(part)
                found.append(("payload", part))
                continue
            if buffer.startswith(b"> "):
                del buffer[:2]
                found.append(("prompt", b"> "))
                continue
            end = buffer.find(b"\r\n")
            if end < 0:
                break
            line = bytes(buffer[:end])
            del buffer[: end + 2]
            if line:
                meaning = self.MEANINGS.get(line.partition(b":")[0], "noise")
                if meaning == "counted":
                    self._left = int(line.partition(b":")[2])
                found.append((meaning, line))
        return len(found)


def _side(make: Demuxes, traffic: list[Dialogue], size: int) -> Callable[[], float]:
    """A pass over all dialogues; their demuxes are made and armed before the clock starts."""
    reads = [dialogue.reads(size) for dialogue in traffic]
    wanted = sum(dialogue.items for dialogue in traffic)

    def run() -> float:
        receivers = [make(dialogue.command) for dialogue in traffic]
        found = 0

        def work() -> None:
            nonlocal found
            for receive, chunks in zip(receivers, reads, strict=True):
                for chunk in chunks:
                    found += receive(chunk)

        used = cpu_of(work)
        if found < wanted:
            raise AssertionError(f"{found} elements found, {wanted} were sent")
        return used

    return run


def _split(traffic: list[Dialogue]) -> Callable[[], float]:
    text = b"".join(dialogue.wire for dialogue in traffic)

    def work() -> None:
        for _ in range(10):
            text.split(b"\r\n")

    return lambda: cpu_of(work) / 10


def _measure(make: Demuxes) -> Mapping[str, Ratio]:
    seen: dict[str, Ratio] = {}
    for size in (64, 1024):
        traffic = dialogues(size)
        sides = {
            "split": _split(traffic),
            "naive": _side(lambda command: NaiveDemux(command).receive, traffic, size),
            "ours": _side(make, traffic, size),
        }
        rounds = interleave(sides, rounds=9)
        items = sum(dialogue.items for dialogue in traffic)
        note = f"[{min(rounds['ours']) / items * 1e9:.0f} ns/item, naive {ratio(rounds, 'naive', 'split'):.1f} x split]"
        seen[f"{size}-byte reads"] = Ratio(ratio(rounds, "ours", "split"), note)
        seen[f"{size}-byte reads, loop"] = Ratio(ratio(rounds, "naive", "ours"))
    return seen


BENCHMARKS = (
    Benchmark(
        "demux",
        (
            Goal("64-byte reads", 14, "x one split", at_most=True),
            Goal("1024-byte reads", 10, "x one split", at_most=True),
            Goal("64-byte reads, loop", 2, "x faster than del loop"),
            Goal("1024-byte reads, loop", 2, "x faster than del loop"),
        ),
        our_demux,
        _measure,
    ),
)
