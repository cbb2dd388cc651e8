"""The judge is judged: its two sides understand each other on every transcript, and notice what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace as changed

import pytest

from simcom_async.dialects import DIALECTS
from simcom_async.modem import Modem
from simcom_async.ports.memory import memory_line
from tests.judge.console import Console
from tests.judge.farend import Hears, Manner, Says, Turn, spaced
from tests.judge.farend import play as far_end
from tests.judge.fields import fields_of
from tests.judge.ftp_needs import FtpPeer
from tests.judge.needs import surroundings
from tests.judge.replay import replay
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Capture, Does, Transcript, load, load_all
from tests.judge.verb import Verb
from tests.judge.visitor import Visitor


async def serve(console: Console, turns: Sequence[Turn]) -> None:
    """The module's side, said as written down."""
    for turn in turns:
        if isinstance(turn, Hears):
            assert await console.read(len(turn.data)) == turn.data
        else:
            console.write(turn.data)


async def visit(
    transcript: Transcript, change: Callable[[list[Turn]], object] = lambda turns: None, *, exact: bool = True
) -> Visitor:
    """A visitor at a module that plays the transcript, with a change."""
    turns = [turn for turn in far_end(transcript) if turn.step.repeat is None or not said_by_host(transcript, turn)]
    change(turns)
    async with AsyncExitStack() as stack:
        host, module = [await stack.enter_async_context(Console(end)) for end in memory_line()]
        visitor = Visitor(host, transcript, exact=exact, echo=False)
        serving = asyncio.create_task(serve(module, turns))
        try:
            await visitor.play()
            await serving
        finally:
            serving.cancel()
        return visitor


def said_by_host(transcript: Transcript, turn: Turn) -> bool:
    """Whether the step belongs to a repeated group that the host begins."""
    group = [step for step in transcript.whole if step.repeat == turn.step.repeat]
    return any(step.does is Does.SEND for step in group)


@pytest.mark.parametrize("transcript", [pytest.param(transcript, id=transcript.name) for transcript in load_all()])
async def test_both_sides_understand_each_other(transcript: Transcript) -> None:
    visitor = await visit(transcript)
    sure = [step.text for step in transcript.whole if step.does is Does.RECV and not (step.optional or step.repeat)]
    for name, capture in transcript.captures.items():
        if any(f"{{{name}}}" in text for text in sure):
            assert visitor.bound[name] == capture.doc


def nth(turns: list[Turn], text: str) -> int:
    return next(n for n, turn in enumerate(turns) if isinstance(turn, Says) and turn.line and text in turn.line)


def replaced(text: str, data: bytes) -> Callable[[list[Turn]], object]:
    def change(turns: list[Turn]) -> None:
        place = nth(turns, text)
        turns[place] = Says(data, turns[place].step)

    return change


@pytest.mark.parametrize(
    "change",
    [
        replaced("+HTTPACTION", b"\r\n+HTTPACTION: 0, 200,14384\r\n"),
        replaced("+HTTPACTION", b"\r\n+HTTPACTION: 1,200,14384\r\n"),
        replaced("+HTTPACTION", b"\r\n+HTTPACTION: 0,404,14384\r\n"),
        replaced("+HTTPACTION", b"+HTTPACTION: 0,200,14384\r\n"),
        replaced("+HTTPACTION", b"\r\n\r\n+HTTPACTION: 0,200,14384\r\n"),
        replaced("+HTTPREAD", b"\r\n+HTTPREAD: 14383\r\n"),
        replaced("+HTTPREAD", b"\r\n+HTTPREAD: 14384\r\n\r\n"),
        replaced("OK", b"\r\nERROR\r\n"),
        replaced("OK", b"\r\nCall Ready\r\n\r\nOK\r\n"),
    ],
)
async def test_a_wrong_byte_is_noticed(change: Callable[[list[Turn]], object]) -> None:
    with pytest.raises(AssertionError):
        await visit(load("sim800-http-break"), change)


def with_line(transcript: Transcript, old: str, new: str) -> Transcript:
    """The transcript with other words in its lines."""
    steps = [changed(step, text=step.text.replace(old, new)) for step in transcript.steps]
    return changed(transcript, steps=tuple(steps))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+HTTPACTION: 0,{status},{len}", "+HTTPACTION: 0,{status}"),
        ("+HTTPACTION: 0,{status},{len}", "+HTTPACTION: 0,{len},{status}"),
        ("+HTTPACTION: 0,", "+HTTPACTION: 1,"),
        ("+HTTPREAD: {len}", "+HTTPREAD: x"),
        ("+HTTPREAD: {len}", "+HTTPHEAD: {len}"),
    ],
)
async def test_a_line_that_the_host_understands_otherwise_is_noticed(old: str, new: str) -> None:
    with pytest.raises(AssertionError):
        await replay(with_line(load("sim800-http-get"), old, new), DIALECTS["sim800"])


async def test_a_refusal_has_to_be_announced_and_to_happen() -> None:
    outside = with_line(load("sim800-http-notinit"), "HTTPACTION=0", "HTTPACTION=9")
    with pytest.raises(AssertionError):
        await replay(outside, DIALECTS["sim800"])
    await replay(outside, DIALECTS["sim800"], refused=["AT+HTTPACTION=9"])
    with pytest.raises(AssertionError):
        await replay(load("sim800-http-notinit"), DIALECTS["sim800"], refused=["AT+HTTPREAD"])


async def test_the_real_form_may_have_other_blanks_and_alternatives() -> None:
    transcript = load("sim800-bearer-configure")
    change = replaced("+SAPBR", b'\r\n+SAPBR: 1, 1,"10.89.193.1"\r\n')
    assert (await visit(transcript, change, exact=False)).bound == {"ip": "10.89.193.1"}
    with pytest.raises(AssertionError):
        await visit(transcript, change)
    with pytest.raises(AssertionError):
        await visit(transcript, replaced("+SAPBR", b'\r\n+SAPBR: 1,1,"10.89.193.256"\r\n'), exact=False)


async def test_optional_steps_and_repeats_may_be_missing() -> None:
    def without(turns: list[Turn]) -> None:
        turns[:] = [turn for turn in turns if not (turn.step.optional or turn.step.repeat)]

    for name in ("sim7100-http-chttpact-get", "sim7000-ftp-etput", "sim7100-ftp-cftpget", "sim900-pop3-read-busy"):
        await visit(load(name), without)


async def test_a_repeat_may_happen_again_with_another_value() -> None:
    def again(turns: list[Turn]) -> None:
        place = nth(turns, "DATA, 1024")
        step, payload = turns[place].step, turns[place + 1].step
        turns[place:place] = [Says(b"\r\n+CFTPGET: DATA, 3\r\n", step), Says(b"\r\n0", payload)]

    visitor = await visit(load("sim7100-ftp-cftpget"), again)
    assert [len(payload) for payload in visitor.payloads] == [1020, 1058, 3, 1024, 1020]


async def test_a_download_that_is_not_the_servers_file_is_noticed() -> None:
    async with surroundings(load("sim800-ftp-break")) as around:
        peer = around.peer(FtpPeer)
        assert peer is not None
        async with around.modem(wire="documented", echo=False) as virtual, Console(virtual.port()) as console:
            visitor = Visitor(console, around.transcript, exact=True, echo=False)
            around.attend(visitor)
            await visitor.play()
        around.judge(visitor)
        peer.bodies["/1K.txt"] = b"another file, as long as it is"
        with pytest.raises(AssertionError):
            around.judge(visitor)


async def _nothing(modem: Modem, around: Surroundings) -> None:
    return None


VERB = Verb(act=_nothing, also=r"AT\+X", settings=r"AT\+[AB]=", pieces=r"(?<=AT\+READ)=\d+", spare=r"AT\+S")
EXAMPLE = ("AT+A=1", "AT+B=2", "AT+S", "AT+GO", "AT+READ=10", "AT+END")


def test_a_verb_may_order_its_settings_and_read_in_other_pieces() -> None:
    assert VERB.beside(("AT+B=2", "AT+A=1", "AT+GO", "AT+X", "AT+READ=4", "AT+READ=6", "AT+END"), EXAMPLE) == ["AT+X"]
    assert VERB.may_send("AT+X")
    assert VERB.may_send("ATE0")
    assert not VERB.may_send("AT+Y")


@pytest.mark.parametrize(
    "sent",
    [
        ("AT+A=1", "AT+GO", "AT+READ=10", "AT+END"),
        ("AT+A=1", "AT+B=3", "AT+GO", "AT+READ=10", "AT+END"),
        ("AT+A=1", "AT+B=2", "AT+END", "AT+GO", "AT+READ=10"),
        ("AT+A=1", "AT+B=2", "AT+GO", "AT+END"),
    ],
)
def test_a_verb_that_leaves_out_or_mixes_up_what_the_example_has_is_noticed(sent: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        VERB.beside(sent, EXAMPLE)


def test_a_capture_admits_what_its_limits_say() -> None:
    assert Capture("n", "int", "50", high=1024).admits("1024")
    assert not Capture("n", "int", "50", high=1024).admits("1025")
    assert not Capture("n", "int", "200", values=("200", "206")).admits("404")
    assert not Capture("ip", "ipv4", "10.0.0.1").admits("10.0.0")
    assert not Capture("t", "timestamp", "20100101000000").admits("2010")
    assert not Capture("s", "string", "a", longest=1).admits("ab")


def test_braces_with_a_hyphen_are_literal() -> None:
    transcript = load("sim7100-ftp-cftpget")
    assert transcript.resolve('AT+CFTPGET={non-ascii}"{ftp_user}"') == 'AT+CFTPGET={non-ascii}"myname"'


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ('+SAPBR: 1, 1 ,"10.0.0.1"', ["1", "1", "10.0.0.1"]),
        ("+SAPBR 1: DEACT", ["1", "DEACT"]),
        ("+CFTPGET: DATA, 1020,", ["DATA", "1020"]),
        ('+X: "a,b",', ["a,b"]),
        ('+X: ,,3,""', ["", "", "3", ""]),
        ("Call Ready", []),
    ],
)
def test_fields_are_read_by_the_manuals_rules(line: str, fields: list[str]) -> None:
    assert fields_of(line) == fields


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("Date: Mon, 17 Aug 2009 14:09:27 +0800", ["Mon, 17 Aug 2009 14:09:27 +0800"]),
        ("Subject: ", [""]),
        ("C:/Email/090901120000/, EMAIL000.TXT", ["C:/Email/090901120000/", "EMAIL000.TXT"]),
        ("+POP3: 1 3056", ["1", "3056"]),
        ("1 3056", ["1", "3056"]),
        ("+POP3: SERVER ERROR", ["SERVER ERROR"]),
    ],
)
def test_lines_of_other_shapes_are_read_by_the_manuals_rules_too(line: str, fields: list[str]) -> None:
    assert fields_of(line) == fields


async def test_a_text_without_a_line_in_front_begins_as_every_answer_does() -> None:
    transcript = load("sim7100-pop3-pop3read")
    visitor = await visit(transcript)
    assert [len(payload) for payload in visitor.payloads] == [3056, 3056]

    def bare(turns: list[Turn]) -> None:
        place = next(n for n, turn in enumerate(turns) if isinstance(turn, Says) and turn.payload is not None)
        turns[place] = Says(turns[place].data.removeprefix(b"\r\n"), turns[place].step)

    with pytest.raises(AssertionError):
        await visit(transcript, bare)


async def test_a_command_without_an_end_has_to_be_announced() -> None:
    transcript = load("sim7100-smtp-smtpstop")
    await replay(transcript, DIALECTS["sim7100"], unended=["AT+SMTPSEND"])
    with pytest.raises(AssertionError):
        await replay(transcript, DIALECTS["sim7100"])
    with pytest.raises(AssertionError):
        await replay(load("sim7100-smtp-smtpstop-idle"), DIALECTS["sim7100"], unended=["AT+SMTPSEND"])


@pytest.mark.parametrize("lost", ["AT+SMTPSUB=", "AT+SMTPBODY=", "AT+SMTPFILE="])
async def test_a_mail_that_is_not_what_was_set_is_noticed(lost: str) -> None:
    transcript = load("sim7100-smtp-smtpsend-clears")
    async with surroundings(transcript) as around:
        async with around.modem(wire="documented", echo=False) as virtual, Console(virtual.port()) as console:
            pairs = zip(transcript.setup[::2], transcript.setup[1::2], strict=True)
            kept = tuple(step for pair in pairs if not pair[0].text.startswith(lost) for step in pair)
            visitor = Visitor(console, changed(transcript, setup=kept), exact=True, echo=False)
            around.attend(visitor)
            await visitor.play()
        with pytest.raises(AssertionError):
            around.judge(visitor)


def test_a_manner_changes_blanks_behind_separators_only() -> None:
    line = '+SMTPRCPT: 0, 1,"a, b: c"'
    assert spaced(line, Manner.TIGHT) == '+SMTPRCPT:0,1,"a, b: c"'
    assert spaced(line, Manner.BLANKS) == '+SMTPRCPT: 0, 1, "a, b: c"'
    assert spaced(line, Manner.PRINTED) == line
