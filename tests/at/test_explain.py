"""A recording, classified: every byte, with its reason, however it was cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.at.explain import RULES, Direction, Element, Explanation, explain, split_fields
from tests.at import speech as s

Recording = list[tuple[Direction, bytes]]

SESSION: Recording = [
    ("rx", b"\r\nCall Ready\r\n"),
    ("tx", b"AT+CSQ\r"),
    ("rx", b"AT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n"),
    ("tx", b"at+give = 7\r\n"),
    ("rx", b"\r\nDOWNLOAD\r\n"),
    ("tx", b"OK\r\nabcAT+CSQ\r"),
    ("rx", b"\r\nOK\r\n\r\n+CSQ: 3,4\r\n\r\nOK\r\n"),
    ("tx", b"AT+BODY\r"),
    ("rx", b"AT+BODY\r\r\n> "),
    ("tx", b"he"),
    ("tx", b"llo\x1a"),
    ("rx", b"hello\r\nOK\r\n"),
    ("tx", b"AT+MAIL\r"),
    ("rx", b"AT+MAIL\r\r\nOK\r\ntext\r\n\r\nOK\r\n"),
    ("tx", b'AT+GET="f"\r'),
    ("rx", b'\r\nOK\r\n\r\n+GET: DATA,3\r\na\r\n\r\n+GET: 0\r\n\r\nOK\r\n\r\n+NEW: 1," b"\r\n'),
]


def _rows(recording: Recording) -> list[dict[str, object]]:
    return [element.as_json() for element in explain(recording, s.SPEECH)]


def test_a_session() -> None:
    rows = [(row["kind"], row.get("text", row.get("data")), row["message"], row["command"]) for row in _rows(SESSION)]
    assert rows == [
        ("urc", "Call Ready", "CallReady", None),
        ("echo", "AT+CSQ", None, "AT+CSQ"),
        ("reply", "+CSQ: 21,0", "Signal", "AT+CSQ"),
        ("final", "OK", None, "AT+CSQ"),
        ("prompt", "DOWNLOAD", "Download", "at+give = 7"),
        ("late", "OK", None, "at+give = 7"),
        ("reply", "+CSQ: 3,4", "Signal", "AT+CSQ"),
        ("final", "OK", None, "AT+CSQ"),
        ("echo", "AT+BODY", None, "AT+BODY"),
        ("prompt", "> ", "Mark", "AT+BODY"),
        ("echo", "hello", None, "AT+BODY"),
        ("final", "OK", None, "AT+BODY"),
        ("echo", "AT+MAIL", None, "AT+MAIL"),
        ("payload", "OK\r\ntext\r\n", None, "AT+MAIL"),
        ("final", "OK", None, "AT+MAIL"),
        ("final", "OK", None, 'AT+GET="f"'),
        ("urc", "+GET: DATA,3", "Packet", 'AT+GET="f"'),
        ("payload", "a\r\n", None, 'AT+GET="f"'),
        ("urc", "+GET: 0", "Ended", 'AT+GET="f"'),
        ("late", "OK", None, None),
        ("urc", '+NEW: 1," b"', None, None),
    ]


def test_tags_parameters_and_offsets() -> None:
    rows = _rows(SESSION)
    assert (rows[0]["tag"], rows[0]["params"], rows[0]["start"], rows[0]["end"]) == ("Call Ready", [], 2, 12)
    assert (rows[2]["tag"], rows[2]["params"]) == ("+CSQ", ["21", "0"])
    assert "tag" not in rows[3]
    assert rows[-1]["params"] == ["1", " b"]


@given(st.data())
def test_the_cuts_of_the_reads_do_not_matter(data: st.DataObject) -> None:
    cut: Recording = []
    for direction, piece in SESSION:
        if direction == "tx" or len(piece) < 2:
            cut.append((direction, piece))
            continue
        place = data.draw(st.integers(0, len(piece)))
        cut += [(direction, piece[:place]), (direction, piece[place:])]
    assert _rows(cut) == _rows(SESSION)


def test_every_byte_once() -> None:
    received = bytearray(b"".join(data for direction, data in SESSION if direction == "rx"))
    for element in explain(SESSION, s.SPEECH):
        assert 0x7E not in received[element.start : element.end]
        received[element.start : element.end] = b"\x7e" * (element.end - element.start)
    assert set(bytes(received)) <= {0x7E, 0x0D, 0x0A}


def test_every_rule_has_its_sentence() -> None:
    assert all(why and why[0].islower() and not why.endswith(".") for why in RULES.values())


def test_a_slash_repeats_without_a_line_end() -> None:
    rows = _rows([("tx", b"AT+CSQ\r"), ("rx", b"+CSQ: 1,2\r\nOK\r\n"), ("tx", b"A/"), ("rx", b"+CSQ: 3,4\r\nOK\r\n")])
    assert [(row["kind"], row["command"]) for row in rows[2:]] == [("reply", "A/"), ("final", "A/")]


def test_lines_without_at_are_no_commands() -> None:
    rows = _rows([("tx", b"hello\r\nxAT+CSQ\r"), ("rx", b"\r\n+CSQ: 1,2\r\n\r\nOK\r\n")])
    assert [row["command"] for row in rows] == ["AT+CSQ", "AT+CSQ"]


@pytest.mark.parametrize(
    ("command", "prompt", "entered"),
    [(b"AT+CMGS=1\r", b"\r\n> ", b"OK\r\n\x1a"), (b"AT+XDATA=4,99\r", b"\r\nDOWNLOAD\r\n", b"AT\r\n")],
)
def test_general_rules_for_entries_of_commands_that_nobody_declares(
    command: bytes, prompt: bytes, entered: bytes
) -> None:
    rows = _rows([("tx", command), ("rx", prompt), ("tx", entered), ("rx", b"\r\nOK\r\n"), ("tx", b"AT\r")])
    assert [row["kind"] for row in rows] == ["prompt", "final"]


def test_several_commands_on_a_line_and_terminated_entries() -> None:
    rows = _rows(
        [
            ("tx", b"AT+CSQ;+CPIN?\r"),
            ("rx", b"\r\n+CSQ: 1,2\r\n+CPIN: READY\r\n\r\nOK\r\n"),
            ("tx", b'AT+PUT="x"\r'),
            ("rx", b"\r\n+PUT: BEGIN\r\n"),
            ("tx", b"a\x03\x1ab\x1aAT+CSQ\r"),
            ("rx", b"\r\nOK\r\n+CSQ: 1,2\r\n"),
        ]
    )
    assert [row["kind"] for row in rows] == ["reply", "reply", "final", "prompt", "late", "reply"]


def test_granted_entries() -> None:
    rows = _rows(
        [
            ("tx", b"AT+PUTN=9\r"),
            ("rx", b"\r\n+PUTN: 2,3\r\n"),
            ("tx", b"abcAT+CSQ\r"),
            ("rx", b"\r\nOK\r\n\r\n+CSQ: 1,2\r\n"),
        ]
    )
    assert [row["kind"] for row in rows] == ["prompt", "late", "reply"]


def test_what_is_open_at_the_end_is_said() -> None:
    elements = explain([("tx", b"AT+MAIL\r"), ("rx", b"\r\nsome te")], s.SPEECH)
    assert [(element.kind, element.data) for element in elements] == [("payload", b"some te")]
    (noise,) = explain([("rx", b"+CS")], s.SPEECH)
    assert (noise.kind, noise.tag, noise.params) == ("noise", None, None)
    assert noise.why == RULES["unfinished-line"]


def test_an_explanation_without_anything() -> None:
    assert Explanation(s.SPEECH).end() == []
    assert Element("payload", 0, 1, "why", data=b"x").tag is None


@pytest.mark.parametrize(
    ("text", "fields"),
    [("", []), (' 1 , "a,b" ,', ["1", "a,b"]), ("1,,2", ["1", "", "2"]), ('"a', ["a"])],
)
def test_fields(text: str, fields: list[str]) -> None:
    assert split_fields(text) == fields


def test_a_digit_that_is_no_number_is_no_count() -> None:
    session: Recording = [("tx", "AT+X=²\r".encode("latin-1")), ("rx", b"DOWNLOAD\r\n"), ("tx", b"abc\x1a")]
    assert [element.kind for element in explain(session, s.SPEECH)] == ["prompt"]


@pytest.mark.parametrize("command", [b'AT+CMGS="1"\r', b"AT+BODY\r"])
def test_an_entry_that_was_thrown_away_has_ended(command: bytes) -> None:
    session: Recording = [
        ("tx", command),
        ("rx", b"\r\n> "),
        ("tx", b"hello"),
        ("tx", b"\x1b"),
        ("rx", b"\r\nOK\r\n"),
        ("tx", b"AT\r"),
        ("rx", b"\r\nOK\r\n"),
    ]
    kinds = [(element.kind, element.command) for element in explain(session, s.SPEECH)]
    line = command.decode("ascii").strip()
    assert kinds == [("prompt", line), ("final", line), ("final", "AT")]


def test_esc_inside_counted_bytes_is_one_of_them() -> None:
    session: Recording = [
        ("tx", b"AT+GIVE=3\r"),
        ("rx", b"DOWNLOAD\r\n"),
        ("tx", b"\x1b"),
        ("tx", b"AT"),
        ("tx", b"\r"),
    ]
    session += [("rx", b"\r\nOK\r\n")]
    assert [(element.kind, element.command) for element in explain(session, s.SPEECH)][-1] == ("final", "AT+GIVE=3")
