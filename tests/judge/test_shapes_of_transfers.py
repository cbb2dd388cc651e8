"""The shapes of dialogue that move data: entries behind a prompt or a header line, packets, blocks, streams."""

from __future__ import annotations

import pytest

from simcom_async.at.code import Code
from simcom_async.at.escape import DLE_ETX, ETX_SUB
from simcom_async.at.event import EchoLine, PromptLine
from simcom_async.at.exchange import State
from simcom_async.errors import CommandFailed
from tests.judge.dialogue import Entered, Part, Received, Send
from tests.judge.shapes import judged, mail, transfer
from tests.judge.wire import crlf, hostile, said

OK = crlf("OK")
ERROR = crlf("ERROR")

# --- entries --------------------------------------------------------------------------------------------------------

REQUEST = b"POST /echo HTTP/1.1\r\nHost: www.mywebsite.com\r\nContent-Length: 5\r\n\r\na\x03b\x1ac"
CHTTPACT = (transfer.Chttpact, transfer.ChttpPacket, transfer.ChttpEnded)
RESPONSE = hostile(249)


def chttpact(*, echo: bool) -> tuple[Part, ...]:
    """A whole CHTTPACT dialogue."""
    command = transfer.Chttpact(host="www.mywebsite.com", port=80)
    entry = ETX_SUB.encode(REQUEST) + b"\x1a"
    assert entry.endswith(b"a\x03\x03b\x03\x1ac\x1a")
    name = "sim7100-http-chttpact-get"
    return (
        Send(command),
        Received((command.text + b"\r" if echo else b"") + said(name, "+CHTTPACT: REQUEST")),
        Entered(entry),
        Received((entry if echo else b"") + said(name, "OK", "+CHTTPACT: DATA, 249") + RESPONSE),
        Received(said(name, "+CHTTPACT: DATA, 249") + RESPONSE + said(name, "+CHTTPACT: 0")),
    )


@pytest.mark.parametrize("echo", [True, False])
def test_a_request_is_entered_and_its_response_pushed_in_packets(echo: bool) -> None:
    course = judged(*chttpact(echo=echo), speaking=CHTTPACT)
    assert course.payloads() == [RESPONSE, RESPONSE]
    assert [event.text for event in course.lines("prompt")] == [b"+CHTTPACT: REQUEST"]
    assert course.exchanges[0].answer() == transfer.ChttpEnded(code=transfer.ChttpCode.SUCCESS)
    echoed = b"".join(event.text for event in course.events if isinstance(event, EchoLine))
    assert echoed == (b'AT+CHTTPACT="www.mywebsite.com",80' + ETX_SUB.encode(REQUEST) + b"\x1a" if echo else b"")


def test_the_port_of_a_pushed_transfer_is_taken_until_its_completion() -> None:
    parts = chttpact(echo=False)
    assert not judged(*parts[:-1], speaking=CHTTPACT).exchanges[0].port_free
    assert judged(*parts, speaking=CHTTPACT).exchanges[0].port_free


@pytest.mark.parametrize("code", [222, 237])
def test_a_request_ends_with_a_code_known_or_not(code: int) -> None:
    course = judged(
        Send(transfer.Chttpact(host="h", port=80)),
        Received(crlf("+CHTTPACT: REQUEST")),
        Entered(b"x\x1a"),
        Received(OK + crlf(f"+CHTTPACT: {code}")),
        speaking=CHTTPACT,
    )
    answer = course.exchanges[0].answer()
    assert isinstance(answer, transfer.ChttpEnded)
    assert isinstance(answer.code, Code)
    assert int(answer.code) == code


def test_a_request_may_be_refused_before_it_is_entered() -> None:
    course = judged(
        Send(transfer.Chttpact(host="h", port=80)), Received(crlf("+CHTTPACT: 222") + ERROR), speaking=CHTTPACT
    )
    assert course.exchanges[0].state is State.FAILED
    assert course.exchanges[0].port_free


def test_a_put_may_be_granted_less_than_was_asked_for() -> None:
    course = judged(
        Send(transfer.FtpPutBlock(length=1000)),
        Received(said("sim800-ftp-put", "+FTPPUT: 2,100")),
        Entered(hostile(100)),
        Received(said("sim800-ftp-put", "OK", "+FTPPUT: 1,1,1360")),
        speaking=(transfer.FtpPutBlock, transfer.FtpCredit, transfer.FtpPutState),
    )
    assert course.exchanges[0].granted == 100
    assert course.values == [
        ("FtpPutGrant", {"mode": 2, "length": 100}),
        ("FtpCredit", {"mode": 1, "code": 1, "maximum": 1360}),
    ]
    assert course.exchanges[0].state is State.DONE


def test_the_end_of_a_put_is_no_credit() -> None:
    course = judged(
        Received(said("sim800-ftp-put", "+FTPPUT: 1,0")),
        speaking=(transfer.FtpPutBlock, transfer.FtpCredit, transfer.FtpPutState),
    )
    assert course.values == [("FtpPutState", {"mode": 1, "code": 0})]


def test_a_header_line_asks_for_the_bytes_of_an_extended_put() -> None:
    course = judged(
        Send(transfer.FtpExtPut(position=0, length=1024, time=10000)),
        Received(said("sim800-ftp-extput", "+FTPEXTPUT: 0,1024")),
        Entered(hostile(1024)),
        Received(OK),
        speaking=(transfer.FtpExtPut,),
    )
    assert course.kinds == ["prompt", "final"]
    assert course.exchanges[0].granted == 1024
    assert course.exchanges[0].state is State.DONE


def test_credits_of_an_attachment_end_in_the_completion_of_the_send() -> None:
    name = "sim900-smtp-attachment"
    data = hostile(100)
    parts: tuple[Part, ...] = (
        Send(mail.EmailSend()),
        Received(said(name, "OK", "+SMTPFT: 1,1360")),
        Send(mail.EmailFt(length=100)),
        Received(said(name, "+SMTPFT: 2,100")),
        Entered(data),
        Received(said(name, "OK", "+SMTPFT: 1,1360")),
        Send(mail.EmailFtEnd()),
        Received(said(name, "OK")),
    )
    speaking = (mail.EmailSend, mail.EmailFt, mail.EmailFtEnd, mail.SmtpCredit, mail.SmtpSent)
    assert judged(*parts, speaking=speaking).exchanges[0].state is State.AWAITING

    course = judged(*parts, Received(said(name, "+SMTPSEND: 1")), speaking=speaking)
    assert [exchange.state for exchange in course.exchanges] == [State.DONE] * 3
    assert course.exchanges[1].granted == 100
    assert course.exchanges[0].answer() == mail.SmtpSent(code=1)
    assert [type(message).__name__ for message in course.messages()] == [
        "SmtpCredit",
        "SmtpGrant",
        "SmtpCredit",
        "SmtpSent",
    ]


@pytest.mark.parametrize("blank", [b"", b" "])
def test_a_double_mark_may_be_followed_by_a_blank(blank: bytes) -> None:
    course = judged(
        Send(mail.SmtpBody()),
        Received(b"\r\n>>" + blank),
        Entered(b"This is a test mail.\x1a"),
        Received(said("sim7100-smtp-smtpbody", "OK")),
        speaking=(mail.SmtpBody,),
    )
    assert course.kinds == ["prompt", "final"]
    assert course.lines("prompt")[0].text == b">>" + blank
    assert course.exchanges[0].state is State.DONE


@pytest.mark.parametrize("blank", [b"", b" "])
def test_a_single_mark_may_be_followed_by_a_blank(blank: bytes) -> None:
    course = judged(
        Send(mail.EmailBody()),
        Received(b"\r\n>" + blank),
        Entered(b"This is a new Email\x1a"),
        Received(said("sim900-smtp-send", "OK")),
        speaking=(mail.EmailBody,),
    )
    assert course.kinds == ["prompt", "final"]
    assert course.exchanges[0].state is State.DONE


def test_a_mark_asks_at_once_without_waiting_for_a_blank() -> None:
    course = judged(Send(mail.SmtpBody()), Received(b"\r\n>>"), speaking=(mail.SmtpBody,))
    assert [type(event) for event in course.events] == [PromptLine]
    assert course.exchanges[0].prompted


def test_an_upload_begins_with_a_header_line() -> None:
    entry = b"text with \x03\x03 and \x03\x1a inside\x1a"
    assert ETX_SUB.encode(b"text with \x03 and \x1a inside") + b"\x1a" == entry
    course = judged(
        Send(transfer.CftpPut(path="/pub/mydir/test1.txt")),
        Received(said("sim7100-ftp-cftpput-coding", "+CFTPPUT: BEGIN")),
        Entered(entry),
        Received(said("sim7100-ftp-cftpput-coding", "OK")),
        speaking=(transfer.CftpPut,),
    )
    assert course.kinds == ["prompt", "final"]
    assert course.exchanges[0].granted is None
    assert course.exchanges[0].state is State.DONE


def test_an_upload_may_fail_behind_its_begin() -> None:
    course = judged(
        Send(transfer.CftpPut(path="/pub/mydir/test1.txt")),
        Received(crlf("+CFTPPUT: BEGIN")),
        Entered(b".....\x1a"),
        Received(crlf("+CFTPPUT: 210") + ERROR),
        speaking=(transfer.CftpPut,),
    )
    assert course.values == [("CftpBegin", {"word": "BEGIN"}), ("CftpPutFailed", {"code": 210})]
    assert course.exchanges[0].state is State.FAILED


def test_an_upload_may_fail_before_its_entry_is_complete() -> None:
    course = judged(
        Send(transfer.CftpPut(path="/pub/mydir/test1.txt")),
        Received(said("sim7100-ftp-cftpput-failed", "+CFTPPUT: BEGIN", "+CME ERROR: 208")),
        speaking=(transfer.CftpPut,),
    )
    assert course.kinds == ["prompt", "final"]
    with pytest.raises(CommandFailed) as failed:
        course.exchanges[0].answer()
    assert failed.value.code == 208


@pytest.mark.parametrize("early", ["", "OK"])
def test_an_ok_in_front_of_a_prompt_is_not_the_end(early: str) -> None:
    """Document and manual disagree on that OK (D08, device-facts 2): a host must understand both."""
    name = "sim7000-ftp-etput"
    entry = DLE_ETX.encode(b"some data") + b"\x03"
    course = judged(
        Send(transfer.FtpEtPutData()),
        Received(said(name, *filter(None, [early]), "+FTPETPUT: 2,1")),
        Entered(entry),
        Received(said(name, "OK", "+FTPETPUT: 1,0")),
        speaking=(transfer.FtpEtPutData, transfer.FtpEtPutState),
    )
    assert [event.text for event in course.lines("prompt")] == [b"+FTPETPUT: 2,1"]
    assert course.lines("late") == []
    assert course.exchanges[0].state is State.DONE
    assert course.values[-1] == ("FtpEtPutState", {"mode": 1, "code": 0})


# --- pushed and pulled downloads ------------------------------------------------------------------------------------

CFTPGET = (transfer.CftpGet, transfer.CftpPacket, transfer.CftpGot)


@pytest.mark.parametrize(
    "header", ["+CFTPGET: DATA, {}", "+CFTPGET: DATA,{}", "+CFTPGET:DATA,{}", "+CFTPGET: DATA, {},"]
)
def test_packets_are_pushed_in_any_spacing_and_with_a_comma_too_many(header: str) -> None:
    first, second = hostile(300), hostile(7)
    course = judged(
        Send(transfer.CftpGet(path="/pub/mydir/test1.txt")),
        Received(
            said("sim7100-ftp-cftpget", "OK")
            + crlf(header.format(300))
            + first
            + crlf(header.format(7))
            + second
            + said("sim7100-ftp-cftpget", "+CFTPGET: 0")
        ),
        speaking=CFTPGET,
    )
    assert course.payloads() == [first, second]
    assert course.kinds == ["final", "urc", "payload", "urc", "payload", "urc"]
    assert course.exchanges[0].answer() == transfer.CftpGot(code=0)


def test_an_empty_file_has_no_packet() -> None:
    course = judged(
        Send(transfer.CftpGet(path="/empty")),
        Received(said("sim7100-ftp-cftpget", "OK", "+CFTPGET: 0")),
        speaking=CFTPGET,
    )
    assert course.payloads() == []
    assert course.exchanges[0].state is State.DONE


FTPGET = (transfer.FtpGet, transfer.FtpGetRead, transfer.FtpState)


@pytest.mark.parametrize("code", [0, 61, 64])
def test_data_that_wait_do_not_end_a_download_but_its_end_and_its_errors_do(code: int) -> None:
    name = "sim800-ftp-get"
    first = b"01234567890123456789012345678901234567890123456789"
    course = judged(
        Send(transfer.FtpGet()),
        Received(said(name, "OK", "+FTPGET: 1,1", "+FTPGET: 1,1")),
        Send(transfer.FtpGetRead(length=1024)),
        Received(said(name, "+FTPGET: 2,50") + first + said(name, "OK")),
        Send(transfer.FtpGetRead(length=1024)),
        Received(said(name, "+FTPGET: 2,0", "OK", "+FTPGET: 1,1")),
        speaking=FTPGET,
    )
    assert course.payloads() == [first]
    assert [exchange.state for exchange in course.exchanges] == [State.AWAITING, State.DONE, State.DONE]
    assert [event.text for event in course.lines("urc")] == [b"+FTPGET: 1,1"] * 3

    ended = judged(
        Send(transfer.FtpGet()),
        Received(said(name, "OK", "+FTPGET: 1,1") + crlf(f"+FTPGET: 1,{code}")),
        speaking=FTPGET,
    )
    assert ended.exchanges[0].answer() == transfer.FtpState(code=code)


def test_a_download_may_end_inside_the_reply_to_a_read() -> None:
    course = judged(
        Send(transfer.FtpGet()),
        Received(said("sim800-ftp-get", "OK", "+FTPGET: 1,1")),
        Send(transfer.FtpGetRead(length=1024)),
        Received(said("sim800-ftp-get", "+FTPGET: 1,0", "+FTPGET: 2,0", "OK")),
        speaking=FTPGET,
    )
    assert [exchange.state for exchange in course.exchanges] == [State.DONE, State.DONE]
    assert course.exchanges[0].answer() == transfer.FtpState(code=0)
    assert course.exchanges[1].answer() == transfer.FtpBlock(length=0)


def test_a_quit_ends_the_download_under_way() -> None:
    course = judged(
        Send(transfer.FtpGet()),
        Received(said("sim7000-ftp-quit", "OK")),
        Send(transfer.FtpQuit()),
        Received(said("sim7000-ftp-quit", "OK", "+FTPGET: 1,80")),
        speaking=(*FTPGET, transfer.FtpQuit),
    )
    assert [exchange.state for exchange in course.exchanges] == [State.DONE, State.DONE]
    assert course.exchanges[0].answer() == transfer.FtpState(code=80)


def test_a_refused_read_says_nothing_of_the_download() -> None:
    course = judged(
        Send(transfer.FtpGet()),
        Received(said("sim7000-ftp-rwerror", "OK")),
        Send(transfer.FtpGetRead(length=1000)),
        Received(said("sim7000-ftp-rwerror", "ERROR", "+FTPGET: 1,1")),
        speaking=FTPGET,
    )
    assert [exchange.state for exchange in course.exchanges] == [State.AWAITING, State.FAILED]


def test_a_mail_is_read_in_parts_and_a_notice_of_more_is_none() -> None:
    name = "sim900-pop3-retrieve"
    one, two = hostile(1460), hostile(1183)
    course = judged(
        Send(mail.EmailRead(length=1460)),
        Received(said(name, "+POP3READ: 1,1460") + one + said(name, "OK")),
        Send(mail.EmailRead(length=1460)),
        Received(crlf("+POP3READ: 3,1183") + said(name, "+POP3READ: 2,1183") + two + said(name, "OK")),
        speaking=(mail.EmailRead, mail.EmailWaiting),
    )
    assert course.payloads() == [one, two]
    assert course.kinds == ["reply", "payload", "final", "urc", "reply", "payload", "final"]
    assert course.exchanges[1].answer() == mail.EmailChunk(state=2, length=1183)


FTPETGET = (transfer.FtpEtGet, transfer.FtpEtData, transfer.FtpEtState)


def test_a_stream_ends_with_etx_and_its_escapes_are_undone() -> None:
    data = hostile(300)
    wire = DLE_ETX.encode(data)
    assert data.count(b"\x03") == wire.count(b"\x10\x03") > 0
    course = judged(
        Send(transfer.FtpEtGet()),
        Received(
            said("sim7000-ftp-etget", "OK", "+FTPETGET: 1,1")
            + wire
            + b"\x03"
            + said("sim7000-ftp-etget", "+FTPETGET: 1,0")
        ),
        speaking=FTPETGET,
    )
    assert course.payloads() == [data]
    assert course.exchanges[0].answer() == transfer.FtpEtState(code=0)


def test_a_stream_that_cannot_begin_ends_with_its_code() -> None:
    course = judged(Send(transfer.FtpEtGet()), Received(OK + crlf("+FTPETGET: 1,61")), speaking=FTPETGET)
    assert course.exchanges[0].answer() == transfer.FtpEtState(code=61)
