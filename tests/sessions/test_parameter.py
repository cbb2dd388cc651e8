"""What is wrong with a parameter is said in the caller's words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from simcom_async.at.dialect import Limit
from simcom_async.at.fields import Range, Text
from simcom_async.commands.bearer import SapbrApn, SapbrPassword
from simcom_async.commands.email_smtp_settings import EmailSmtpAuth, EmailSmtpServer
from simcom_async.commands.http_parameters import HttpParaTimeout, HttpParaUrl, HttpParaUserHeaders
from simcom_async.dialects import GENERAL, SIM800, SIM900
from simcom_async.errors import LimitExceeded, UnsupportedCommand, UsageError
from simcom_async.sessions.parameter import built, composed, limits


def test_a_good_value_is_carried() -> None:
    assert built(SIM800, "apn", SapbrApn, "internet").text == b'AT+SAPBR=3,1,"APN","internet"'


@pytest.mark.parametrize(
    ("field", "kind", "value", "error"),
    [
        ("apn", SapbrApn, 'inter"net', UsageError),
        ("apn", SapbrApn, "x" * 65, LimitExceeded),
        ("apn", SapbrApn, 5, UsageError),
        ("timeout", HttpParaTimeout, 29, LimitExceeded),
        ("url", HttpParaUrl, "x" * 539, LimitExceeded),
        ("url", HttpParaUrl, "", LimitExceeded),
    ],
)
def test_the_field_is_the_callers(field: str, kind: Any, value: object, error: type[UsageError]) -> None:
    with pytest.raises(error, match=field) as caught:
        built(SIM800, field, kind, value)
    assert caught.value.field == field
    assert caught.value.allowed
    assert "value:" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (HttpParaUserHeaders, 's3cret"'),
        (HttpParaUserHeaders, "s3cret" * 100),
        (SapbrPassword, SecretStr("s3cret" * 6)),
        (SapbrPassword, SecretStr("s3cret\r")),
    ],
)
def test_a_secret_is_not_shown(kind: Any, value: object) -> None:
    with pytest.raises(UsageError) as caught:
        built(SIM800, "it", kind, value, secret=True)
    assert "s3cret" not in f"{caught.value} {caught.value!r} {caught.value.value} {caught.value.__dict__}"


def test_the_dialect_may_narrow_and_may_not_speak() -> None:
    narrow = replace(SIM800, limits=(Limit(SapbrApn, "value", Text(max=5)),))
    with pytest.raises(LimitExceeded, match="apn: 6 characters"):
        built(narrow, "apn", SapbrApn, "123456")
    with pytest.raises(UnsupportedCommand, match="SapbrApn"):
        built(GENERAL, "apn", SapbrApn, "internet")


def test_limits_are_those_of_the_declaration() -> None:
    assert limits(HttpParaTimeout, "value") == Range(30, 1000)


WORDS = {"host": "hostname", "port": "port", "user": "username", "password": "password"}


def test_a_command_of_several_parameters() -> None:
    command = composed(SIM900, WORDS, EmailSmtpServer, host="mail.example.com", port=2525)
    assert command.text == b'AT+SMTPSRV="mail.example.com",2525'


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"host": 'a"', "port": 25}, "hostname", "hostname: a quote at position 1"),
        ({"host": "h" * 200, "port": 25}, "hostname", "hostname: 200 characters"),
        ({"host": "h", "port": 0}, "port", "port: 0 is outside the limits"),
    ],
)
def test_several_parameters_in_the_callers_words(values: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        composed(SIM900, WORDS, EmailSmtpServer, **values)
    assert caught.value.field == field
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("password", ['s3cret"', "s3cret" * 50, "s3cret\r"])
def test_a_secret_among_several_is_not_shown(password: str) -> None:
    with pytest.raises(UsageError, match=r"^password: ") as caught:
        composed(SIM900, WORDS, EmailSmtpAuth, user="u", password=SecretStr(password))
    assert "s3cret" not in f"{caught.value} {caught.value.__dict__}"


def test_several_parameters_that_are_too_long_together() -> None:
    narrow = replace(SIM900, habits=replace(SIM900.habits, line_limit=100))
    words = {"user": "username", "password": "password"}
    with pytest.raises(LimitExceeded, match=r"^username, password: \d+ characters too many for the command line"):
        composed(narrow, words, EmailSmtpAuth, user="u" * 60, password=SecretStr("p" * 60))


def test_several_parameters_of_another_dialect() -> None:
    with pytest.raises(UnsupportedCommand):
        composed(GENERAL, WORDS, EmailSmtpServer, host="h", port=25)
