"""What every way of reading a mailbox has in common."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.commands.email_pop3 import EmailPop3Login, EmailPop3LoginCode
from simcom_async.commands.pop3 import Pop3Code, Pop3Login
from simcom_async.errors import UsageError
from simcom_async.sessions.pop3_flow import (
    MailboxSize,
    MailSize,
    MailUid,
    Pop3Account,
    pop3_error,
    refused_by_server,
)


def test_an_account_shows_no_password() -> None:
    account = Pop3Account(host="h", user="u", password=SecretStr("s3cret"))
    assert account.port == 110
    assert "s3cret" not in repr(account)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"host": ""}, "host"),
        ({"port": 0}, "port"),
        ({"user": ""}, "user"),
        ({"user": 1}, "user"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_wrong_accounts(given: dict[str, object], field: str) -> None:
    values = {"host": "h", "user": "u", "password": SecretStr("p"), **given}
    with pytest.raises(UsageError) as caught:
        Pop3Account(**values)  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.mark.parametrize("password", ["", 's3cret"', "s3cret\r"])
def test_wrong_passwords_are_not_shown(password: str) -> None:
    with pytest.raises(UsageError, match=r"^password: ") as caught:
        Pop3Account(host="h", user="u", password=SecretStr(password))
    assert "s3cret" not in f"{caught.value} {caught.value.__dict__}"


def test_answers_are_tuples() -> None:
    assert MailboxSize(2, 300) == (2, 300)
    assert dict([MailSize(1, 10)]) == {1: 10}
    assert dict([MailUid(1, "x")]) == {1: "x"}


def test_errors_of_codes() -> None:
    error = pop3_error("box: login", EmailPop3LoginCode.PASSWORD_ERROR, EmailPop3Login())
    assert (error.code, error.command, error.retry) == (68, "AT+POP3IN", False)
    assert str(error) == "box: login: 68, the server refused user name or password; check AT+POP3SRV"
    assert pop3_error("box", Pop3Code.NETWORK_ERROR, Pop3Login()).code == "NETWORK ERROR"
    assert refused_by_server("box: mail 9", EmailPop3Login()).code == 0
