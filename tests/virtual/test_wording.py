from __future__ import annotations

from simcom_async.at.dialect import WireState
from simcom_async.at.response import Result
from simcom_async.commands.bearer import BearerState, BearerStatus
from simcom_async.commands.http import HttpDownload, HttpReadHeader
from simcom_async.commands.results import CmeError
from simcom_async.commands.sms import SmsPrompt
from simcom_async.commands.smtp import SmtpCode, SmtpEnded
from simcom_async.virtual.piece import Kind, Piece
from simcom_async.virtual.turn import Refused
from simcom_async.virtual.wording import Wording


def wording(*, documented: bool = False, **state: object) -> Wording:
    return Wording(WireState(**state), documented=documented, errors=CmeError)  # type: ignore[arg-type]


def test_payload_follows_its_line_directly() -> None:
    pieces = wording().answer([HttpReadHeader(length=2), b"hi", HttpReadHeader(length=0), "end"])
    assert b"".join(piece.data for piece in pieces) == b"\r\n+HTTPREAD: 2\r\nhi\r\n+HTTPREAD: 0\r\nend\r\n"
    assert [piece.kind for piece in pieces] == [Kind.LINE, Kind.PAYLOAD, Kind.LINE, Kind.LINE]


def test_no_answer_has_no_pieces() -> None:
    assert wording().answer(None) == []
    assert wording().final(None) == []


def test_a_single_message_is_a_line() -> None:
    state = BearerState(cid=1, status=BearerStatus.CLOSED, address="0.0.0.0")
    assert wording().answer(state) == [Piece(Kind.LINE, b'\r\n+SAPBR: 1,3,"0.0.0.0"\r\n')]
    assert wording(documented=True).answer(state) == [Piece(Kind.LINE, b'\r\n+SAPBR:1,3,"0.0.0.0"\r\n')]


def test_a_text_without_a_header_begins_as_a_line_does() -> None:
    assert wording().answer([b"Subject: x\r\n"]) == [Piece(Kind.PAYLOAD, b"\r\nSubject: x\r\n")]
    assert wording(verbose=False).answer([b"Subject: x\r\n"]) == [Piece(Kind.PAYLOAD, b"Subject: x\r\n")]


def test_prompts() -> None:
    assert wording().prompt(HttpDownload()) == Piece(Kind.PROMPT, b"\r\nDOWNLOAD\r\n")
    assert wording(verbose=False).prompt(HttpDownload()) == Piece(Kind.PROMPT, b"DOWNLOAD\r\n")
    assert wording().prompt(SmsPrompt()) == Piece(Kind.PROMPT, b"\r\n>")
    assert wording().prompt(SmsPrompt(), blank=True) == Piece(Kind.PROMPT, b"\r\n> ")


def test_results() -> None:
    assert wording().final(Result.CONNECT) == [Piece(Kind.FINAL, b"\r\nCONNECT\r\n")]
    assert wording().final("SHUT OK") == [Piece(Kind.FINAL, b"\r\nSHUT OK\r\n")]


def test_failures() -> None:
    assert wording().failure(Refused(10)) == [Piece(Kind.FINAL, b"\r\nERROR\r\n")]
    assert wording(cmee=1).failure(Refused()) == [Piece(Kind.FINAL, b"\r\nERROR\r\n")]
    assert wording(cmee=1).failure(Refused(10)) == [Piece(Kind.FINAL, b"\r\n+CME ERROR: 10\r\n")]
    assert wording(cmee=2).failure(Refused(10)) == [Piece(Kind.FINAL, b"\r\n+CME ERROR: SIM not inserted\r\n")]
    assert wording(cmee=2).failure(Refused(310, group="CMS")) == [Piece(Kind.FINAL, b"\r\n+CMS ERROR: 310\r\n")]
    nameless = Wording(WireState(cmee=2), documented=False, errors=None)
    assert nameless.failure(Refused(10)) == [Piece(Kind.FINAL, b"\r\n+CME ERROR: 10\r\n")]


def test_a_failure_may_say_why_in_a_line_of_its_own() -> None:
    said = Refused(said=(SmtpEnded(code=SmtpCode.NETWORK_ERROR),))
    line, final = Piece(Kind.LINE, b"\r\n+SMTP: NETWORK ERROR\r\n"), Piece(Kind.FINAL, b"\r\nERROR\r\n")
    assert wording(cmee=1).failure(said) == [line, final]


def test_unsolicited_lines() -> None:
    assert wording().unsolicited(b"RING") == Piece(Kind.URC, b"\r\nRING\r\n")
    assert wording(verbose=False).unsolicited(b"RING") == Piece(Kind.URC, b"RING\r\n")
