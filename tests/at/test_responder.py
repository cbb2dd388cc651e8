import itertools
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcom_async.at.command import Command, Form, Syntax
from simcom_async.at.commandline import Reason
from simcom_async.at.dialect import Dialect, Habits, WireState
from simcom_async.at.escape import DLE_ETX, ETX_SUB, SUB_ONLY, EscapeCodec
from simcom_async.at.responder import (
    HELD_LIMIT,
    CommandLine,
    Echo,
    EntryChunk,
    EntryEnd,
    Escape,
    Item,
    Mode,
    OnlineChunk,
    Responder,
)


class EchoSwitch(Command[None]):
    wire = Syntax(name="E", form=Form.WRITE, basic=True)
    value: int = 0


class Answer(Command[None]):
    wire = Syntax(name="A", form=Form.EXECUTE, basic=True)


class Quality(Command[None]):
    wire = Syntax(name="+CSQ", form=Form.EXECUTE)


class Level(Command[None]):
    wire = Syntax(name="+CMEE", form=Form.WRITE)
    level: int


class Enter(Command[None]):
    """Stands for any command with an entry: of ``size`` bytes, or through a codec when that is negative."""

    wire = Syntax(name="+ENTER", form=Form.WRITE)
    size: int


class Online(Command[None]):
    wire = Syntax(name="O", form=Form.EXECUTE, basic=True)


DIALECT = Dialect(
    name="small", commands=(EchoSwitch, Answer, Quality, Level, Enter, Online), habits=Habits(line_limit=40)
)
CODECS: dict[int, EscapeCodec] = {-1: SUB_ONLY, -2: ETX_SUB, -3: DLE_ETX}


def module(echo: bool = False) -> Responder:
    return Responder(DIALECT, WireState(echo=echo))


class Drive:
    """The owner of a line, reduced to what the responder asks of it: every command line is answered at once."""

    def __init__(self, responder: Responder, *, echoed: bool = False) -> None:
        self.responder = responder
        self.echoed = echoed
        self.seen: list[Item] = []

    def feed(self, *chunks: bytes) -> list[Item]:
        for chunk in chunks:
            self._take(self.responder.receive(chunk))
        return joined(self.seen)

    def _take(self, items: list[Item]) -> None:
        self.seen += items
        for item in items:
            if isinstance(item, CommandLine):
                self._answer(item)
            elif isinstance(item, EntryEnd):
                self._take(self.responder.resume())

    def _answer(self, line: CommandLine) -> None:
        last = line.parts[-1].command if line.parts else None
        if isinstance(last, Enter):
            size = CODECS.get(last.size, last.size)
            self._take(self.responder.enter(size, echoed=self.echoed))
        elif isinstance(last, Online):
            self._take(self.responder.online())
        else:
            self._take(self.responder.resume())


def joined(items: list[Item]) -> list[Item]:
    """The bytes of each kind between two other items as one: how they were grouped is no part of the law."""
    found: list[Item] = []
    run: dict[type, bytes] = {}
    for item in [*items, Escape()]:
        if isinstance(item, Echo | EntryChunk | OnlineChunk):
            run[type(item)] = run.get(type(item), b"") + item.data
            continue
        found += [kind(run[kind]) for kind in (Echo, EntryChunk, OnlineChunk) if kind in run]
        found.append(item)
        run.clear()
    return found[:-1]


def lines(items: list[Item]) -> list[bytes]:
    return [item.text for item in items if isinstance(item, CommandLine)]


def echoes(items: list[Item]) -> bytes:
    return b"".join(item.data for item in items if isinstance(item, Echo))


def entered(items: list[Item]) -> bytes:
    return b"".join(item.data for item in items if isinstance(item, EntryChunk))


def by_bytes(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


@pytest.mark.parametrize("ending", [b"\r", b"\r\n", b"\n"])
def test_three_line_ends(ending: bytes) -> None:
    items = Drive(module()).feed(b"AT+CSQ" + ending + b"ATE0" + ending)
    assert lines(items) == [b"+CSQ", b"E0"]


def test_the_echo_comes_before_the_command_and_holds_its_cr() -> None:
    items = Drive(module(echo=True)).feed(b"AT+CSQ\r")
    assert items[0] == Echo(b"AT+CSQ\r")
    assert isinstance(items[1], CommandLine)


def test_each_byte_is_echoed_as_it_comes() -> None:
    responder = module(echo=True)
    assert [responder.receive(byte) for byte in by_bytes(b"at")] == [[Echo(b"a")], [Echo(b"t")]]


def test_echo_is_on_until_it_is_known_to_be_off() -> None:
    assert Responder(DIALECT).receive(b"A") == [Echo(b"A")]


def test_the_line_feed_of_cr_lf_is_not_echoed() -> None:
    items = Drive(module(echo=True)).feed(b"AT\r\nAT\r\n")
    assert echoes(items) == b"AT\rAT\r"


def test_a_line_feed_alone_is_echoed() -> None:
    assert echoes(Drive(module(echo=True)).feed(b"AT\n")) == b"AT\n"


@pytest.mark.parametrize(
    "noise",
    [
        b"\x1b",
        b"+++",
        b"\r\r\n\n",
        b"\x1a",
        b"\x00IIII\xff\xff\xff\xff",
        b"\x1b\x1b+++ ",
        b"boot ok.",
        b"hello",
        b"hello, status is 5 ",
    ],
)
def test_anything_may_stand_in_front_of_at(noise: bytes) -> None:
    assert lines(Drive(module()).feed(noise + b"AT+CSQ\r")) == [b"+CSQ"]
    assert lines(Drive(module()).feed(noise + b"AT\r")) == [b""]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello",
        b"+++",
        b"Starting up...",
        b"status: 5",
        b"DATA",
        b"STATUS",
        b"the format at position 7",
        b"look at",
        b"what",
        b"PAT+CSQ",
        b"Feature list: AT commands",
    ],
)
def test_text_without_a_command_gets_no_answer(text: bytes) -> None:
    assert lines(Drive(module()).feed(text + b"\r")) == []
    assert lines(Drive(module()).feed(text + b"\rAT+CSQ\r")) == [b"+CSQ"]


def test_a_long_text_in_front_is_bounded_and_harmless() -> None:
    drive = Drive(module())
    for _ in range(100):
        drive.feed(b"no line end here. " * 100)
    assert lines(drive.feed(b"AT+CSQ\r")) == [b"+CSQ"]


def test_a_command_that_is_found_late_in_a_long_text_runs() -> None:
    text = b"." * 1055 + b"AT+CMEE=1;"
    assert lines(Drive(module()).feed(text + b"+CSQ\r")) == [b"+CMEE=1;+CSQ"]


def test_lower_and_mixed_case() -> None:
    assert lines(Drive(module()).feed(b"at+csq\rAt\r")) == [b"+csq", b""]


def test_backspace_takes_back_one_character() -> None:
    items = Drive(module(echo=True)).feed(b"AT+CSR\x08Q\r")
    assert lines(items) == [b"+CSQ"]
    assert echoes(items) == b"AT+CSR\x08Q\r"


def test_the_editing_character_can_be_chosen() -> None:
    responder = module()
    responder.backspace = 0x7F
    assert lines(Drive(responder).feed(b"AT+CSR\x7fQ\r")) == [b"+CSQ"]


def test_backspace_at_the_beginning_is_harmless() -> None:
    assert lines(Drive(module()).feed(b"\x08\x08AT\r")) == [b""]


def test_a_slash_repeats_the_last_line_without_cr() -> None:
    drive = Drive(module(echo=True))
    drive.feed(b"AT+CSQ;+CMEE=1\r")
    drive.seen.clear()
    items = drive.feed(b"A/")
    assert items[0] == Echo(b"A/")
    assert lines(items) == [b"+CSQ;+CMEE=1"]


def test_a_slash_before_any_line_repeats_nothing() -> None:
    (line,) = [item for item in Drive(module()).feed(b"a/") if isinstance(item, CommandLine)]
    assert line.parts == ()


def test_a_slash_elsewhere_is_a_slash() -> None:
    assert lines(Drive(module()).feed(b"AT+X=/A/\rA/")) == [b"+X=/A/", b"+X=/A/"]


def test_the_cr_behind_a_slash_is_an_empty_line() -> None:
    assert lines(Drive(module()).feed(b"AT+CSQ\rA/\rA/\r\n")) == [b"+CSQ", b"+CSQ", b"+CSQ"]


@pytest.mark.parametrize(("length", "runs"), [(40, True), (41, False), (5000, False)])
def test_a_line_that_is_too_long_runs_nothing(length: int, runs: bool) -> None:
    body = b"E0;" + b";" * (length - 3)
    (line,) = [item for item in Drive(module()).feed(b"AT" + body + b"\r") if isinstance(item, CommandLine)]
    if runs:
        assert line.parts[0].command == EchoSwitch(value=0)
    else:
        (part,) = line.parts
        assert part.command is None
        assert part.refusal is not None
        assert part.refusal.reason is Reason.TOO_LONG


def test_a_long_line_is_not_repeated() -> None:
    drive = Drive(module())
    assert lines(drive.feed(b"AT+CSQ\rAT" + b"1" * 100 + b"\rA/"))[-1] == b"+CSQ"


def test_what_comes_during_a_command_waits_for_its_answer() -> None:
    responder = module(echo=True)
    items = responder.receive(b"AT\rAT+CSQ\r")
    assert items == [Echo(b"AT\r"), CommandLine(b"")]
    assert responder.mode is Mode.HELD
    assert responder.receive(b"ATE") == []
    again = responder.resume()
    assert again[0] == Echo(b"AT+CSQ\r")
    assert lines(again) == [b"+CSQ"]
    assert responder.resume() == [Echo(b"ATE")]
    assert responder.typing


def test_what_waits_is_bounded_and_the_loss_is_counted() -> None:
    responder = module()
    responder.receive(b"AT\r" + b"x" * HELD_LIMIT)
    assert responder.lost == 0
    responder.receive(b"xyz")
    assert responder.lost == 3


def test_typing_ends_with_the_line() -> None:
    responder = module()
    assert not responder.typing
    responder.receive(b"AT+C")
    assert responder.typing
    responder.receive(b"SQ\r")
    assert not responder.typing


def test_an_entry_by_count_ends_with_its_last_byte() -> None:
    items = Drive(module()).feed(b"AT+ENTER=5\r", b"a\rb", b"\ncAT+CSQ\r")
    assert items[1:3] == [EntryChunk(b"a\rb\nc"), EntryEnd()]
    assert lines(items) == [b"+ENTER=5", b"+CSQ"]


def test_entered_bytes_are_not_echoed_unless_that_is_declared() -> None:
    assert echoes(Drive(module(echo=True)).feed(b"AT+ENTER=3\rabc")) == b"AT+ENTER=3\r"
    assert echoes(Drive(module(echo=True), echoed=True).feed(b"AT+ENTER=3\rabc")) == b"AT+ENTER=3\rabc"
    assert echoes(Drive(module(echo=False), echoed=True).feed(b"AT+ENTER=3\rabc")) == b""


def test_all_byte_values_pass_an_entry_by_count() -> None:
    body = bytes(range(256))
    items = Drive(module()).feed(b"AT+ENTER=256\r" + body)
    assert entered(items) == body


@pytest.mark.parametrize("first", [b"AT\r\n", b""])
def test_the_line_feed_of_the_command_is_no_entered_data(first: bytes) -> None:
    for chunks in (by_bytes(first + b"AT+ENTER=3\r\nabc"), [first + b"AT+ENTER=3\r\nabc"]):
        items = Drive(module()).feed(*chunks)
        assert entered(items) == b"abc"


def test_a_host_that_ends_its_lines_with_cr_may_enter_a_line_feed_first() -> None:
    items = Drive(module()).feed(b"AT\r", b"AT+ENTER=3\r", b"\nab")
    assert entered(items) == b"\nab"


def test_a_line_feed_that_was_there_before_the_prompt_belongs_to_the_line() -> None:
    items = Drive(module()).feed(b"AT\rAT+ENTER=3\r\nabc")
    assert entered(items) == b"abc"


def test_an_entry_of_nothing_is_over_at_once() -> None:
    items = Drive(module()).feed(b"AT+ENTER=0\rAT\r")
    assert items[1] == EntryEnd()
    assert lines(items) == [b"+ENTER=0", b""]


def test_escaped_entries_end_with_their_terminator() -> None:
    assert entered(Drive(module()).feed(b"AT+ENTER=-1\rtext\x1aAT\r")) == b"text"
    assert entered(Drive(module()).feed(b"AT+ENTER=-2\ra\x03\x1ab\x03\x03c\x1aAT\r")) == b"a\x1ab\x03c"
    assert entered(Drive(module()).feed(b"AT+ENTER=-3\ra\x10\x03b\x10\x10c\x03AT\r")) == b"a\x03b\x10c"


def test_esc_cancels_an_entry() -> None:
    items = Drive(module()).feed(b"AT+ENTER=-1\rtext\x1bAT+CSQ\r")
    assert EntryEnd(cancelled=True) in items
    assert lines(items) == [b"+ENTER=-1", b"+CSQ"]


def test_the_echo_of_an_escaped_entry_is_as_it_came() -> None:
    items = Drive(module(echo=True), echoed=True).feed(b"AT+ENTER=-2\ra\x03\x1ab\x1a")
    assert echoes(items) == b"AT+ENTER=-2\ra\x03\x1ab\x1a"


def test_an_entry_can_be_ended_by_a_timer() -> None:
    responder = module()
    responder.receive(b"AT+ENTER=5\r")
    responder.enter(5)
    assert responder.receive(b"ab") == [EntryChunk(b"ab")]
    responder.end_entry()
    assert responder.receive(b"AT\r") == []
    assert lines(responder.resume()) == [b""]


def test_the_end_of_an_entry_without_one_changes_nothing() -> None:
    responder = module()
    responder.end_entry()
    assert responder.mode is Mode.COMMAND


def test_online_everything_is_data_and_nothing_is_echoed() -> None:
    items = Drive(module(echo=True)).feed(b"ATO\r", b"~\xff}#\xc0!AT\r+++ATH\r")
    assert items[-1] == OnlineChunk(b"~\xff}#\xc0!AT\r+++ATH\r")


def test_three_plus_signs_between_silences_escape() -> None:
    drive = Drive(module())
    drive.feed(b"ATO\r")
    responder = drive.responder
    assert responder.quiet() == []
    responder.receive(b"+")
    responder.receive(b"++")
    assert responder.quiet() == [Escape()]
    assert responder.mode is Mode.HELD
    assert responder.resume() == []
    assert responder.mode is Mode.COMMAND


@pytest.mark.parametrize(
    "steps",
    [
        [b"+++", None],  # no silence before
        [b"x", b"+++", None],
        [None, b"++", None],
        [None, b"++++", None],
        [None, b"+", None, b"++", None],
        [None, b"+++x", None],
        [None, b"x+++", None],
        [None, b"x", b"+++", None],
    ],
)
def test_other_plus_signs_are_data(steps: list[bytes | None]) -> None:
    drive = Drive(module())
    drive.feed(b"ATO\r")
    for step in steps:
        if step is None:
            assert drive.responder.quiet() == []
        else:
            assert drive.responder.receive(step) == [OnlineChunk(step)]


def test_silence_means_nothing_offline() -> None:
    responder = module()
    responder.receive(b"+++")
    assert responder.quiet() == []


def test_a_reset_forgets_everything() -> None:
    responder = module()
    responder.receive(b"AT+CSQ\rAT+C")
    responder.reset()
    assert responder.mode is Mode.COMMAND
    assert not responder.typing
    assert responder.receive(b"SQ\r") == []
    (line,) = responder.receive(b"A/")
    assert line == CommandLine(b"")


PIECES = st.sampled_from(
    [
        b"AT",
        b"AT\r",
        b"AT\r\n",
        b"AT\n",
        b"AT+CSQ\r",
        b"at + csq\r\n",
        b"A/",
        b"\x1b",
        b"+++",
        b"\r",
        b"\n",
        b"\x08",
        b"ATE0;+CSQ\r",
        b"AT+ENTER=4\r",
        b"AT+ENTER=4\r\n",
        b"AT+ENTER=-1\r",
        b"AT+ENTER=-2\r\n",
        b"AT+ENTER=-3\n",
        b"what is that at all",
        b"\x1a",
        b"\x03",
        b"\x10",
        b"1" * 45,
        b"." * 700,
        b"ATO\r",
    ]
)


def feeds(chunks: Callable[[bytes], list[bytes]], data: bytes, style: bytes) -> list[Item]:
    drive = Drive(module(echo=True), echoed=True)
    drive.feed(b"AT" + style)
    return drive.feed(*chunks(data))


@given(st.lists(PIECES | st.binary(max_size=6), max_size=14), st.data())
@settings(max_examples=300, deadline=None)
def test_the_items_do_not_depend_on_the_cuts(pieces: list[bytes], data: st.DataObject) -> None:
    # A host ends its lines in one way; which LF belongs to a CR is otherwise decided by what was there first.
    style = data.draw(st.sampled_from([b"\r", b"\r\n"]))
    stream = re.sub(rb"\r\n*", style, b"".join(pieces))
    whole = feeds(lambda text: [text], stream, style)
    assert feeds(by_bytes, stream, style) == whole
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    edges = [0, *cuts, len(stream)]
    assert feeds(lambda text: [text[a:b] for a, b in itertools.pairwise(edges)], stream, style) == whole


@given(st.binary(max_size=300), st.data())
@settings(max_examples=150, deadline=None)
def test_every_byte_is_echoed_or_a_line_feed_behind_cr(stream: bytes, data: st.DataObject) -> None:
    drive = Drive(module(echo=True))
    cut = data.draw(st.integers(0, len(stream)))
    echoed = echoes(drive.feed(stream[:cut], stream[cut:]))
    assert echoed.replace(b"\n", b"") == stream.replace(b"\n", b"")


def test_a_slash_behind_too_long_a_line_means_the_same_however_it_comes() -> None:
    stream = b"1" * 45 + b"." * 1300 + b"A/"
    assert feeds(by_bytes, stream, b"\r") == feeds(lambda text: [text], stream, b"\r")
