"""No line of a module costs more than it is long: every declaration of every series against lines made to hurt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

import pytest

from simcom_async.at.codec import Compiled, compiled
from simcom_async.at.command import compiled_command
from simcom_async.at.demux import LINE_LIMIT, Demux
from simcom_async.at.event import LineEvent
from simcom_async.at.message import Message
from simcom_async.dialects import DIALECTS

#: Characters of a line in the quick run. At a cost that grows with the square a match takes seconds, else microseconds.
LENGTH = 4_000
#: Seconds of the processor for all lines of one declaration.
LIMIT = 1.0


def made_to_hurt(tag: bytes, length: int) -> Iterator[bytes]:
    """Lines of a tag that nearly match, in as many ways as there are to divide them."""
    blank, end = b" " * length, b"\x00"
    half, third = length // 2, length // 3
    bodies = [
        blank,
        blank + b'"x"y',
        b"," * length,
        b"1" * length,
        b'"' * length,
        b"1," * half,
        b'"",' * third,
        b" ," * half,
        b"1" + blank + b",",
        b"a " * half,
        b"A " * half,
        b"a," * half + b'"',
        b'{non-ascii}"' + b"4/" * half,
        b'{non-ascii}"' * (length // 12),
        b"1," + blank,
        b'"a"' + blank,
        b"1,1," + blank,
        b'1,"a",' + blank,
        b'0,1,"a",' + blank,
        b" " * half + b"," + b" " * half,
        b"C:/" + b"/" * length,
        b"\xff" * length,
        b"+CME ERROR: " * (length // 12),
    ]
    for body in bodies:
        for colon in (b": ", b""):
            yield tag + colon + body + end
            yield tag + colon + body


def declarations() -> dict[type[Message], Compiled]:
    found: dict[type[Message], Compiled] = {}
    for dialect in DIALECTS.values():
        for command in dialect.commands:
            wire = command.wire
            messages = [*wire.replies]
            if wire.entry is not None:
                messages.append(wire.entry.prompt)
            if wire.completion is not None:
                messages += [ending.message for ending in wire.completion.endings] + list(wire.completion.packets)
            for message in messages:
                found[message] = compiled(message)
        for message in dialect.messages:
            found[message] = compiled(message)
    for entry in list(found.values()):
        if entry.line.then is not None:
            found[entry.line.then] = compiled(entry.line.then)
    return found


DECLARED = declarations()


@pytest.mark.parametrize("number", range(8))
def test_a_declared_line_is_matched_in_one_pass(number: int) -> None:
    for message in sorted(DECLARED, key=lambda kind: kind.__qualname__)[number::8]:
        entry = DECLARED[message]
        started = time.process_time()
        for tag in entry.tags[:2] or (b"",):
            for line in made_to_hurt(tag, LENGTH):
                match = entry.match(line)
                if match is not None:
                    entry.build(match)
                    if not entry.simple:
                        entry.excessive(match)
        spent = time.process_time() - started
        assert spent < LIMIT, f"{message.__name__}: {spent:.1f} s"


def test_the_parameters_of_a_command_line_are_matched_in_one_pass() -> None:
    kinds = {command for dialect in DIALECTS.values() for command in dialect.commands}
    for kind in sorted(kinds, key=lambda kind: kind.__qualname__):
        parse = compiled_command(kind).parse
        started = time.process_time()
        for line in made_to_hurt(b"", 1_000):
            parse(line)
        spent = time.process_time() - started
        assert spent < LIMIT, f"{kind.__name__}: {spent:.1f} s"


@pytest.mark.parametrize("name", DIALECTS)
def test_numbers_without_an_end_and_bytes_that_are_no_text_are_events(name: str) -> None:
    random = Random(name)
    numbers = [b"9" * 5_000, b"-" + b"9" * 5_000, b"4294967296", b"-1", b"99999999999", b"+0", b"0" * 5_000]
    others = [b"\x00\xff" * 50, b"", b'"' * 99, b"1," * 10_000, b"\x1b[31m", "Größe".encode(), b'"\xe4",1']
    tags = sorted({tag for entry in DECLARED.values() for tag in entry.tags})
    demux = Demux(DIALECTS[name])
    for tag in tags:
        fields = [b",".join(random.choices(numbers + others, k=random.randrange(1, 4))) for _ in range(3)]
        for field in (*fields, *numbers, *others):
            line = tag + b": " + field[: LINE_LIMIT - 100] + b"\r\n"
            events = demux.receive(line)
            demux.receive(b"\r\n")
            for event in events:
                if isinstance(event, LineEvent):
                    assert repr(event)
                    assert event.message is None or event.message
            demux.flush()
