from __future__ import annotations

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
        (b'AT+SAPBR=3,9,"PWD","hush"\r', {b'3,9,"PWD","hush"'}),
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


@given(st.lists(st.sampled_from([b"AT", b"+CPIN=", b'"', b"1", b"\r", b"\n", b"A/", b"=", b";", b"\x00\xff"])))
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
