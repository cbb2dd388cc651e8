"""Every shape of dialogue of the four documents can be declared and is understood, however its bytes are cut.

The lines are those of the transcripts (``said`` proves it); the declarations are the small ones of ``judge.shapes``.
Here are texts, results and lines; ``judge/test_shapes_of_transfers.py`` has what moves data, and
``judge/test_shapes_on_link.py`` all of it once more where a link has to write, to wait or to return.
"""

from __future__ import annotations

import pytest

from simcom_async.at.exchange import State
from simcom_async.errors import CommandFailed
from tests.judge.dialogue import Quiet, Received, Send
from tests.judge.shapes import basics, judged, mail, transfer
from tests.judge.wire import crlf, said

OK = crlf("OK")
ERROR = crlf("ERROR")

MAIL = (
    b"From: a@b\r\nSubject: results\r\n\r\nThe module said\r\nOK\r\n\r\nOK\r\nand then\r\nERROR\r\n"
    b"+CME ERROR: 3\r\n> >>\r\n+POP3: SUCCESS\r\nOKAY\r\n0\r\nbye\r\n"
)


# --- text without a length ------------------------------------------------------------------------------------------


def test_a_mail_that_holds_results_ends_at_the_result_before_silence() -> None:
    course = judged(Send(mail.Pop3Read()), Received(b"\r\n" + MAIL + OK), Quiet(), speaking=(mail.Pop3Read,))
    assert course.payloads() == [MAIL]
    assert course.kinds == ["payload", "final"]
    assert course.exchanges[0].state is State.DONE


def test_a_mail_that_is_longer_than_a_pause_goes_on_behind_it() -> None:
    head, tail = MAIL[:20], MAIL[20:]
    course = judged(
        Send(mail.Pop3Read()),
        Received(b"\r\n" + head),
        Quiet(),
        Received(tail),
        Quiet(),
        Received(OK),
        Quiet(),
        speaking=(mail.Pop3Read,),
    )
    assert course.payloads() == [MAIL]
    assert course.exchanges[0].state is State.DONE


def test_a_mail_of_a_known_size_ends_there_whatever_it_holds() -> None:
    course = judged(Send(mail.Pop3Read(), size=len(MAIL)), Received(b"\r\n" + MAIL + OK), speaking=(mail.Pop3Read,))
    assert course.payloads() == [MAIL]
    assert course.exchanges[0].state is State.DONE


def test_a_pause_behind_an_ok_in_a_mail_of_a_known_size_is_no_end() -> None:
    end = MAIL.index(b"\r\nOK\r\n") + len(b"\r\nOK\r\n")
    course = judged(
        Send(mail.Pop3Read(), size=len(MAIL)),
        Received(b"\r\n" + MAIL[:end]),
        Quiet(),
        Received(MAIL[end:] + OK),
        speaking=(mail.Pop3Read,),
    )
    assert course.payloads() == [MAIL]
    assert course.exchanges[0].state is State.DONE


def test_a_mail_that_does_not_exist_is_an_error_and_no_text() -> None:
    course = judged(
        Send(mail.Pop3ReadFile(location=0, file="090901103000/NOFILE.TXT")),
        Received(said("sim7100-pop3-pop3read", "ERROR")),
        Quiet(),
        speaking=(mail.Pop3ReadFile,),
    )
    assert b"".join(course.payloads()) == b""
    with pytest.raises(CommandFailed):
        course.exchanges[0].answer()


def test_a_missing_mail_of_a_known_size_is_an_error_too() -> None:
    course = judged(
        Send(mail.Pop3Read(), size=len(MAIL)),
        Received(said("sim7100-pop3-pop3read", "ERROR")),
        Quiet(),
        speaking=(mail.Pop3Read,),
    )
    with pytest.raises(CommandFailed):
        course.exchanges[0].answer()


# --- two endings ----------------------------------------------------------------------------------------------------

SMTP = (mail.SmtpSend, mail.SmtpAccepted, mail.SmtpEnded)


@pytest.mark.parametrize("order", [("+SMTP: OK", "OK"), ("OK", "+SMTP: OK")])
def test_a_mail_is_sent_at_its_completion_in_either_order(order: tuple[str, str]) -> None:
    accepted = judged(Send(mail.SmtpSend()), Received(said("sim7100-smtp-smtpsend", *order)), speaking=SMTP)
    assert accepted.exchanges[0].state is State.AWAITING

    course = judged(
        Send(mail.SmtpSend()), Received(said("sim7100-smtp-smtpsend", *order, "+SMTP: SUCCESS")), speaking=SMTP
    )
    assert course.values == [
        ("SmtpAccepted", {"word": "OK"}),
        ("SmtpEnded", {"word": mail.SmtpWord.SUCCESS}),
    ]
    assert course.exchanges[0].state is State.DONE
    assert course.exchanges[0].answer() == mail.SmtpEnded(word=mail.SmtpWord.SUCCESS)
    assert all(event.command is course.exchanges[0].command for event in course.lines("urc"))


def test_a_mail_refused_at_once_has_a_code_and_an_error() -> None:
    course = judged(
        Send(mail.SmtpSend()),
        Received(said("sim7100-smtp-smtpsend-paramerror", "+SMTP: PARAM ERROR", "ERROR")),
        speaking=SMTP,
    )
    assert course.values == [("SmtpEnded", {"word": mail.SmtpWord.PARAM_ERROR})]
    assert course.exchanges[0].state is State.FAILED
    assert b"+SMTP: PARAM ERROR" in [line.text for line in course.exchanges[0].lines]


def test_a_second_send_is_refused_while_the_first_goes_on() -> None:
    name = "sim7100-smtp-smtpsend-ongoing"
    course = judged(
        Send(mail.SmtpSend()),
        Received(said(name, "+SMTP: OK", "OK")),
        Send(mail.SmtpSend()),
        Received(said(name, "+SMTP: ONGOING", "ERROR", "+SMTP: SUCCESS")),
        speaking=SMTP,
    )
    assert [exchange.state for exchange in course.exchanges] == [State.DONE, State.FAILED]
    assert course.exchanges[0].answer() == mail.SmtpEnded(word=mail.SmtpWord.SUCCESS)


# --- lines that continue, untagged lines ----------------------------------------------------------------------------

POP3GET = (mail.Pop3Get, mail.Pop3StoredHere, mail.Pop3Stored, mail.Pop3Failed)
PATH = "C:/Email/090901120000/, EMAIL000.TXT"


def test_a_result_may_be_continued_on_the_next_line() -> None:
    course = judged(
        Send(mail.Pop3Get(number=1)),
        Received(said("sim7100-pop3-pop3get", "OK", "+POP3: SUCCESS", PATH)),
        speaking=POP3GET,
    )
    assert course.values == [
        ("Pop3Stored", {"code": "SUCCESS"}),
        ("Pop3Path", {"directory": "C:/Email/090901120000/", "file": "EMAIL000.TXT"}),
    ]
    assert course.exchanges[0].state is State.DONE


def test_a_result_may_be_continued_on_the_same_line() -> None:
    course = judged(Send(mail.Pop3Get(number=1)), Received(OK + crlf(f"+POP3: SUCCESS {PATH}")), speaking=POP3GET)
    assert course.values == [("Pop3StoredHere", {"code": "SUCCESS", "path": PATH})]
    assert course.exchanges[0].state is State.DONE


def test_a_result_whose_continuation_stays_away_ends_with_silence() -> None:
    parts = (Send(mail.Pop3Get(number=1)), Received(said("sim7100-pop3-pop3get", "OK", "+POP3: SUCCESS")))
    assert judged(*parts, speaking=POP3GET).exchanges[0].state is State.AWAITING
    assert judged(*parts, Quiet(), speaking=POP3GET).exchanges[0].state is State.DONE


def test_a_result_whose_continuation_stays_away_ends_with_the_next_line() -> None:
    course = judged(
        Send(mail.Pop3Get(number=1)),
        Received(said("sim7100-pop3-pop3get", "OK", "+POP3: SUCCESS") + crlf("Call Ready")),
        speaking=(*POP3GET, basics.CallReady),
    )
    assert [name for name, _ in course.values] == ["Pop3Stored", "CallReady"]
    assert course.exchanges[0].state is State.DONE


def test_a_failure_has_no_continuation() -> None:
    course = judged(
        Send(mail.Pop3Get(number=2)),
        Received(said("sim7100-pop3-pop3get", "OK", "+POP3: FAILURE")),
        speaking=POP3GET,
    )
    assert course.values == [("Pop3Failed", {"code": mail.Pop3Word.FAILURE})]
    assert course.exchanges[0].state is State.DONE


def test_a_busy_answer_inside_another_operation_does_not_end_that() -> None:
    name = "sim7100-pop3-pop3num-ongoing"
    course = judged(
        Send(mail.Pop3Get(number=1)),
        Received(said(name, "OK")),
        Send(mail.Pop3Num()),
        Received(said(name, "+POP3: ONGOING", "OK")),
        Received(said(name, "+POP3: SUCCESS", PATH)),
        speaking=(*POP3GET, mail.Pop3Num),
    )
    assert [exchange.state for exchange in course.exchanges] == [State.DONE, State.DONE]
    assert course.exchanges[1].answer() == mail.Pop3Ongoing()
    assert course.exchanges[0].answer() == mail.Pop3Stored()


def test_header_lines_without_the_command_as_tag_are_its_reply() -> None:
    name = "sim7100-pop3-pop3hdr"
    course = judged(
        Send(mail.Pop3Hdr(number=1)),
        Received(
            said(
                name,
                "From: sendername<senderaddress@server.com>",
                "Date: Mon, 17 Aug 2009 14:09:27 +0800",
                "Subject: THIS IS A TEST MAIL",
            )
            + b"\r\n"
            + said(name, "OK")
        ),
        speaking=(mail.Pop3Hdr,),
    )
    assert course.kinds == ["reply", "reply", "reply", "final"]
    assert course.exchanges[0].answer() == (
        mail.Pop3From(text="sendername<senderaddress@server.com>"),
        mail.Pop3Date(text="Mon, 17 Aug 2009 14:09:27 +0800"),
        mail.Pop3Subject(text="THIS IS A TEST MAIL"),
    )


@pytest.mark.parametrize("subject", ["OK", "ERROR", "+POP3: SUCCESS", "Subject: again, and again"])
def test_a_header_line_may_say_anything_behind_its_tag(subject: str) -> None:
    course = judged(Send(mail.Pop3Hdr(number=1)), Received(crlf(f"Subject: {subject}") + OK), speaking=(mail.Pop3Hdr,))
    assert course.exchanges[0].answer() == (mail.Pop3Subject(text=subject),)


def test_a_list_has_a_header_with_blanks_and_entries_without_a_tag() -> None:
    course = judged(
        Send(mail.Pop3List()),
        Received(said("sim7100-pop3-pop3list", "+POP3: 1 3056", "1 3056") + crlf("2 17") + OK),
        speaking=(mail.Pop3List,),
    )
    assert course.values == [
        ("Pop3Total", {"number": 1, "size": 3056}),
        ("Pop3Entry", {"number": 1, "size": 3056}),
        ("Pop3Entry", {"number": 2, "size": 17}),
    ]
    assert course.exchanges[0].answer() == (
        mail.Pop3Entry(number=1, size=3056),
        mail.Pop3Entry(number=2, size=17),
    )


def test_the_single_form_of_the_list_has_a_comma() -> None:
    course = judged(
        Send(mail.Pop3ListOne(number=1)),
        Received(said("sim7100-pop3-pop3list", "+POP3: 1, 3056", "OK")),
        speaking=(mail.Pop3ListOne,),
    )
    assert course.exchanges[0].answer() == mail.Pop3Size(number=1, size=3056)


# --- results of other commands, and of the whole session -------------------------------------------------------------


def test_the_end_of_the_session_ends_a_command_of_another_name() -> None:
    course = judged(
        Send(mail.EmailNum()),
        Received(said("sim900-pop3-retrieve", "OK") + crlf("+POP3OUT: 64")),
        speaking=(mail.EmailNum, mail.EmailNumber, mail.Pop3Out),
    )
    assert course.values == [("Pop3Out", {"code": 64})]
    assert course.exchanges[0].state is State.DONE
    assert course.events[-1].command is course.exchanges[0].command  # type: ignore[attr-defined]


def test_a_bearer_is_released_with_a_number_in_the_tag() -> None:
    speaking = (basics.BearerQuery, basics.BearerReleased)
    course = judged(Received(said("sim900-bearer-deact", "+SAPBR 1: DEACT")), speaking=speaking)
    assert course.values == [("BearerReleased", {"cid": 1, "state": "DEACT"})]
    assert course.kinds == ["urc"]


def test_a_released_bearer_inside_the_reply_to_a_query_is_no_part_of_it() -> None:
    course = judged(
        Send(basics.BearerQuery()),
        Received(
            said("sim900-bearer-deact", "+SAPBR 1: DEACT")
            + said("sim800-bearer-configure", '+SAPBR:1,1,"10.89.193.1"', "OK")
        ),
        speaking=(basics.BearerQuery, basics.BearerReleased),
    )
    assert course.kinds == ["urc", "reply", "final"]
    assert course.exchanges[0].answer() == basics.BearerState(cid=1, status=1, address="10.89.193.1")


def test_call_ready_inside_a_reply_is_an_urc() -> None:
    course = judged(
        Send(basics.Csq()),
        Received(crlf("+CSQ: 21,0") + crlf("Call Ready") + OK),
        speaking=(basics.Csq, basics.CallReady),
    )
    assert course.kinds == ["reply", "urc", "final"]
    assert course.exchanges[0].answer() == basics.SignalQuality(rssi=21, ber=0)


def test_call_ready_between_the_echo_and_the_reply_is_an_urc() -> None:
    course = judged(
        Send(basics.Csq()),
        Received(b"AT+CSQ\r" + crlf("Call Ready") + crlf("+CSQ: 21,0") + OK),
        speaking=(basics.Csq, basics.CallReady),
    )
    assert course.kinds == ["echo", "urc", "reply", "final"]


# --- numeric and peculiar results -----------------------------------------------------------------------------------


def test_a_numeric_result_follows_an_untagged_number() -> None:
    course = judged(Send(basics.Cgsn()), Received(b"490154203237518\r\n0\r"), speaking=(basics.Cgsn,), verbose=False)
    assert course.kinds == ["reply", "final"]
    assert course.exchanges[0].answer() == basics.Imei(number="490154203237518")


@pytest.mark.parametrize("number", ["0", "4"])
def test_an_untagged_number_of_one_digit_is_no_result(number: str) -> None:
    course = judged(Send(basics.Cgsn()), Received(number.encode() + b"\r\n0\r"), speaking=(basics.Cgsn,), verbose=False)
    assert course.kinds == ["reply", "final"]
    assert course.exchanges[0].answer() == basics.Imei(number=number)


@pytest.mark.parametrize(("digit", "state"), [(b"0", State.DONE), (b"4", State.FAILED)])
def test_a_lone_digit_and_cr_is_final_at_once(digit: bytes, state: State) -> None:
    course = judged(Send(basics.Csq()), Received(digit + b"\r"), speaking=(basics.Csq,), verbose=False)
    assert course.kinds == ["final"]
    assert course.exchanges[0].state is state


def test_the_command_that_asks_for_numbers_is_answered_with_one() -> None:
    course = judged(Send(basics.Verbosity(value=0)), Received(b"0\r"), speaking=(basics.Verbosity,), verbose=True)
    assert course.exchanges[0].state is State.DONE


def test_a_digit_alone_is_no_result_while_results_are_words() -> None:
    course = judged(Send(basics.Csq()), Received(crlf("0")), speaking=(basics.Csq,), verbose=True)
    assert course.exchanges[0].state is State.SENT


def test_shut_ok_is_the_final_result_of_its_command_alone() -> None:
    course = judged(Send(basics.Cipshut()), Received(crlf("SHUT OK")), speaking=(basics.Cipshut,))
    assert course.kinds == ["final"]
    assert course.exchanges[0].state is State.DONE

    other = judged(Send(basics.Csq()), Received(crlf("SHUT OK")), speaking=(basics.Csq, basics.Cipshut))
    assert other.exchanges[0].state is State.SENT


# --- a completion that looks like a reply ---------------------------------------------------------------------------

CHTTPSEND = (transfer.ChttpsSend, transfer.ChttpsSendRead, transfer.ChttpsSent)


def test_a_completion_and_the_reply_to_a_read_of_the_same_shape_follow_each_other() -> None:
    name = "sim7100-https-chttpsend"
    course = judged(
        Send(transfer.ChttpsSend()),
        Received(said(name, "OK", "+CHTTPSEND: 0")),
        Send(transfer.ChttpsSendRead()),
        Received(said(name, "+CHTTPSEND: 0", "OK")),
        speaking=CHTTPSEND,
    )
    assert course.kinds == ["final", "urc", "reply", "final"]
    assert course.exchanges[0].answer() == transfer.ChttpsSent(result=0)
    assert course.exchanges[1].answer() == transfer.ChttpsUnsent(unsent=0)
