from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.cli.secrets import SecretWatch
from simcom_async.dialects import DIALECTS, GENERAL, SIM800

ALL = tuple(DIALECTS.values())


def watch(dialects: tuple[object, ...] = ALL) -> tuple[SecretWatch, list[bytes]]:
    masked: list[bytes] = []
    return SecretWatch(dialects, masked.append), masked  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "secrets"),
    [
        (b'AT+CPIN="1234"\r', {b"1234"}),
        (b"at+cpin=1234,5678\r", {b"1234", b"5678"}),
        (b'ATE0;+CPIN="1234"\r', {b"1234"}),
        (b'AT+SAPBR=3,1,"PWD","hush"\r', {b"hush"}),
        (b'AT+SAPBR=3,1,"APN","internet"\r', set()),
        (b"AT+SAPBR=4,1\r", set()),
        (b'AT+CSTT="internet","joe","hush"\r', {b"hush"}),
        (b"AT+CSQ\r", set()),
        (b'AT+CPIN="12\r', {b'"12'}),
        (b'AT+SAPBR=3,9,"PWD","hush"\r', {b'3,9,"PWD","hush"', b"hush"}),
        (b'AT+CLCK="SC",1,"1234",7\r', {b"1234"}),
        (b'at + clck = "SC" , 1 , "1234"\r', {b"1234"}),
        (b'AT+CSQ;+CPWD="SC","1234","5678";+CREG?\r', {b"1234", b"5678"}),
        (b'AT+CGAUTH=1,1,"pa,ss","us;er"\r', {b"pa,ss", b"us;er"}),
        (b'AT+SMCONF="PASSWORD","hush"\r', {b"hush"}),
        (b'AT+SMCONF="USERNAME","joe"\r', set()),
        (b"ATD**04*1234*5678*5678#\r", {b"1234*5678*5678"}),
        (b'AT+CHTTPSOPSE="http://u:hush@h/",80\r', {b"u:hush"}),
        (b'AT+CLCK="SC,1,"1234"\r', {b'"SC,1,"1234"'}),
        (b"AT+CNMP=38\r", set()),
        (b"AT+CPWD=12\x0823\r", {b"12\x0823"}),
        (b"AT+CPIN=\r", set()),
        (b'+CPIN="1234"\r', set()),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_what_is_masked_of_a_command_line(line: bytes, secrets: set[bytes], size: int) -> None:
    """Before the bytes go on, however they are cut; what is not understood is masked whole."""
    looking, masked = watch()
    on = b""
    for start in range(0, len(line), size):
        passed = looking.sent(line[start : start + size])
        assert not any(secret in on + passed for secret in secrets - set(masked))
        on += passed
    assert set(masked) == secrets
    assert on == line
    assert not looking.keeps


def test_only_the_end_of_a_delicate_line_is_kept_back() -> None:
    looking, _ = watch()
    assert looking.sent(b"AT+CPIN") == b"AT+CPIN"
    assert looking.sent(b"=12") == b""
    assert looking.keeps
    assert looking.sent(b"34\rAT+C") == b"=1234\rAT+C"


def test_what_is_kept_back_can_be_released() -> None:
    looking, masked = watch()
    looking.sent(b"AT+CPIN=12")
    assert looking.release() == (b"=12", b"")
    assert masked == [b"12"]
    assert not looking.keeps


def test_a_line_without_end_is_let_go() -> None:
    looking, masked = watch()
    data = b"AT+CPIN=" + b"x" * 3000
    on = looking.sent(data)
    assert len(on) > 2000
    assert on + looking.release()[0] == data
    assert all(set(secret) == {ord("x")} for secret in masked)


ANSWER = b'\r\n+CSTT: "internet","joe","hush"\r\n\r\nOK\r\n'
LISTED = b"\r\n+SAPBR:\r\nCONTYPE: GPRS\r\nPWD: hush\r\nRATE: 2\r\n\r\nOK\r\n"


@pytest.mark.parametrize(("line", "answer"), [(b"AT+CSTT?\r", ANSWER), (b"AT+SAPBR=4,1\r", LISTED)])
@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_secret_that_the_module_shows(line: bytes, answer: bytes, size: int) -> None:
    looking, masked = watch((GENERAL, SIM800))
    looking.sent(line)
    on = b""
    for start in range(0, len(answer), size):
        passed = looking.received(answer[start : start + size])
        assert b"hush" not in on + passed or masked
        on += passed
    assert on == answer
    assert set(masked) == {b"hush"}


def test_what_else_the_module_says_is_not_delayed() -> None:
    looking, masked = watch()
    looking.sent(b"AT+CSQ\r")
    assert looking.received(b"\r\n+CS") == b"\r\n+CS"
    looking.sent(b"AT+CSTT?\r")
    assert looking.received(b"\r\n> ") == b"\r\n"
    assert looking.release() == (b"", b"> ")
    assert masked == [b">"]


@given(
    st.lists(
        st.sampled_from(
            [
                b"AT",
                b"+CPIN=",
                b"+CLCK=",
                b"+CCERTDOWN=,2",
                b"-----BEGIN ",
                b"://",
                b"\x08",
                b'"',
                b"1",
                b"\r",
                b"\n",
                b"A/",
                b"=",
                b";",
                b"\x00\xff",
            ]
        )
    )
)
def test_no_byte_is_lost(pieces: list[bytes]) -> None:
    looking, _ = watch()
    on = b"".join(map(looking.sent, pieces))
    assert on + looking.release()[0] == b"".join(pieces)


@given(st.lists(st.sampled_from([b"PWD: a", b"\r\n", b"OK", b"x" * 700, b"\xff"])))
def test_no_received_byte_is_lost(pieces: list[bytes]) -> None:
    looking, _ = watch()
    looking.sent(b"AT+SAPBR=4,1\r")
    on = b"".join(map(looking.received, pieces))
    assert on + looking.release()[1] == b"".join(pieces)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_what_is_read_back_of_an_undeclared_command(size: int) -> None:
    looking, masked = watch()
    answer = b'AT+CGAUTH?\r\r\n+CGAUTH: 1,1,"hush","user"\r\n+CME ERROR: 10\r\n\r\nOK\r\n'
    looking.sent(b"AT+CGAUTH?\r")
    on = b""
    for start in range(0, len(answer), size):
        passed = looking.received(answer[start : start + size])
        assert b"hush" not in on + passed or masked
        on += passed
    assert on == answer
    assert masked == [b"hush", b"user"]
    looking.sent(b"AT+CSQ\r")
    assert looking.received(b'\r\n+X: "y') == b'\r\n+X: "y'


def test_a_line_that_comes_too_slowly_is_hidden_piece_by_piece() -> None:
    looking, masked = watch()
    assert looking.sent(b"AT+CPWD=12") == b"AT+CPWD"
    assert looking.release() == (b"=12", b"")
    assert looking.sent(b"34") == b""
    assert looking.release() == (b"34", b"")
    assert looking.sent(b"56\rAT+CSQ\r") == b"56\rAT+CSQ\r"
    assert masked[:3] == [b"12", b"34", b"56"]


KEY = b"-----BEGIN PRIVATE KEY-----\r\nMIIEvQIB/+=ADANBg\r\nATBe+AAS/CBKc=\r\n-----END PRIVATE KEY-----\r\n"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_key_in_lines(size: int) -> None:
    """However it is handed over: behind a count, or into a file of any name."""
    looking, masked = watch()
    data = b'AT+FSWRITE="a",0\r' + KEY + b"AT+CSQ=1\r"
    on = b"".join(looking.sent(data[start : start + size]) for start in range(0, len(data), size))
    assert on == data
    assert masked == [b"MIIEvQIB/+=ADANBg", b"ATBe+AAS/CBKc="]


def test_a_key_without_end_is_not_kept_for_ever() -> None:
    looking, masked = watch()
    looking.sent(KEY.partition(b"-----END")[0])
    for _ in range(20):
        looking.sent(b"x" * 1000 + b"\r")
    masked.clear()
    assert looking.sent(b"x" * 1000 + b"\r") == b"x" * 1000 + b"\r"
    assert masked == []


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("end", [b"\r", b"\r\n"])
def test_a_key_of_so_many_bytes(size: int, end: bytes) -> None:
    looking, masked = watch()
    key = bytes(range(1, 200)) + b"\r\nAT\x01"
    data = b'AT+CCERTDOWN="key.der",%d' % len(key) + end + key + b"AT+CSQ\r"
    on = b""
    for start in range(0, len(data), size):
        passed = looking.sent(data[start : start + size])
        assert key[10:20] not in on + passed or masked
        on += passed
    assert on == data
    assert masked == [key.strip()]


def test_a_key_that_was_not_asked_for_or_does_not_come() -> None:
    looking, masked = watch()
    assert (
        looking.sent(b'AT+CCERTDOWN="key.der",9\rAT+CPIN=1234\rxyz') == b'AT+CCERTDOWN="key.der",9\rAT+CPIN=1234\rxyz'
    )
    assert set(masked) == {b"1234"}
    looking.sent(b'\rAT+CCERTDOWN="key.der",9\rabc')
    assert looking.release() == (b"abc", b"")
    assert looking.sent(b"defghi\rx") == b"defghi\rx"
    assert masked[-2:] == [b"abc", b"defghi"]


def test_a_line_of_marks_costs_little() -> None:
    """Each of them is looked at: not all of the line anew for each place in it."""
    looking, _ = watch()
    began = time.process_time()
    for mark in (b"/", b"*", b"=", b"://", b"KEY="):
        looking.sent(b"AT" + b"a" * 500 + mark * 500 + b"\r")
    assert time.process_time() - began < 10
