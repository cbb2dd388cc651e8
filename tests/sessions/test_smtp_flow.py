"""What every way of sending a mail has in common."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.commands.email_smtp import EmailSmtpCode, EmailSmtpSend
from simcom_async.commands.smtp import SmtpCode, SmtpSend
from simcom_async.errors import LimitExceeded, OutcomeUnknown, SmtpError, SmtpOutcomeUnknown, UsageError
from simcom_async.sessions.mail import Mailbox
from simcom_async.sessions.mail_parts import CannotCarry
from simcom_async.sessions.smtp_flow import (
    MailServer,
    body_lines,
    check_count,
    long_line,
    smtp_error,
    too_long,
    who,
)


def test_a_server_and_an_account() -> None:
    server = MailServer(hostname="h", username="u", password=SecretStr("s3cret"))
    assert (server.port, server.timeout) == (25, None)
    assert "s3cret" not in repr(server)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": "u"}, "password"),
        ({"password": SecretStr("p")}, "username"),
        ({"username": 1, "password": SecretStr("p")}, "username"),
        ({"hostname": ""}, "hostname"),
        ({"port": 0}, "port"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_wrong_ones(given: dict[str, object], field: str) -> None:
    with pytest.raises(UsageError) as caught:
        MailServer(**{"hostname": "h", **given})  # type: ignore[arg-type]
    assert caught.value.field == field


def test_bodies() -> None:
    assert body_lines("ü\n.\n") == b"\xc3\xbc\r\n.\r\n"
    assert not long_line(b"x" * 998 + b"\r\n" + b"y" * 998)
    assert long_line(b"a\r\n" + b"x" * 999)


def test_names_and_places() -> None:
    assert who(Mailbox("a@b.c")) == {"address": "a@b.c", "name": None}
    assert who(Mailbox("a@b.c", "Jörg")) == {"address": "a@b.c", "name": "=?utf-8?b?SsO2cmc=?="}
    check_count("To", (Mailbox("a@b.c"),) * 5, 5)
    with pytest.raises(LimitExceeded, match="message To: 6 recipients, the module has room for 5"):
        check_count("To", (Mailbox("a@b.c"),) * 6, 5)


def test_a_long_body_names_the_way_out() -> None:
    error = too_long(9, " (18 as hexadecimal digits)", 8)
    assert isinstance(error, CannotCarry)
    assert "a body of 9 bytes (18 as hexadecimal digits), it has room for 8" in str(error)
    assert "whole_as_attachment=True" in str(error)


@pytest.mark.parametrize(
    ("code", "number", "retry"),
    [(EmailSmtpCode.CONNECT_ERROR, 63, True), (SmtpCode.AUTH_ERROR, "AUTH ERROR", False), ("ERROR", "ERROR", False)],
)
def test_certain_errors(code: EmailSmtpCode | SmtpCode | str, number: int | str, retry: bool) -> None:
    error = smtp_error("mail to a@b.c", code, EmailSmtpSend(), certain=True)
    assert isinstance(error, SmtpError)
    assert not isinstance(error, OutcomeUnknown)
    assert (error.code, error.retry, error.command) == (number, retry, "AT+SMTPSEND")
    assert str(error).startswith(f"mail to a@b.c: {number}, {error.meaning}")


def test_uncertain_errors_are_both_and_are_not_retried() -> None:
    error = smtp_error("mail to a@b.c", SmtpCode.SERVER_ERROR, SmtpSend(), certain=False)
    assert isinstance(error, SmtpOutcomeUnknown)
    assert (error.code, error.retry, error.command) == ("SERVER ERROR", False, "AT+SMTPSEND")
    assert "look before it is sent again" in str(error)
