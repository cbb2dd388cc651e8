"""What all ways of HTTP have in common: what they can carry, and their errors."""

from __future__ import annotations

import pytest

from simcom_async.commands.chttp import ChttpCode
from simcom_async.commands.chttps import ChttpsCode
from simcom_async.dialects import GENERAL, SIM800, SIM7100
from simcom_async.errors import CommandFailed, HttpError, UnsupportedService
from simcom_async.modem import Modem
from simcom_async.sessions.http import FLOWS
from simcom_async.sessions.http_action import ActionFlow
from simcom_async.sessions.http_flow import check_place, http_error, refused_error
from simcom_async.sessions.http_raw import RawFlow
from simcom_async.sessions.http_request import HttpRequest
from simcom_async.sessions.http_response import ContentRange
from simcom_async.sessions.http_tls import TlsFlow

URL = "http://example.com/x"
SECURE = "https://example.com/x"
REQUEST = HttpRequest(method="GET", url=URL)


@pytest.mark.parametrize(
    ("dialect", "method", "url", "flow"),
    [
        (SIM800, "GET", URL, ActionFlow),
        (SIM800, "GET", SECURE, ActionFlow),
        (SIM7100, "GET", URL, RawFlow),
        (SIM7100, "GET", SECURE, TlsFlow),
        (SIM7100, "PROPFIND", SECURE, TlsFlow),
        (SIM800, "PUT", URL, None),
        (GENERAL, "GET", URL, None),
    ],
)
def test_the_first_way_that_can_carry_a_request(dialect: object, method: str, url: str, flow: object) -> None:
    request = HttpRequest(method=method, url=url)
    assert next((way for way in FLOWS if way.carries(dialect, request)), None) is flow  # type: ignore[arg-type]


def test_what_they_can_carry_in_words() -> None:
    assert [flow.ability() for flow in FLOWS] == ["DELETE, GET, HEAD, POST", "any method over http", "any method"]


async def test_where_there_is_no_way_at_all(modem: Modem) -> None:
    modem.link.dialect = GENERAL
    with pytest.raises(UnsupportedService, match="it has no commands for HTTP"):
        await modem.http.get(URL)


def test_the_error_of_a_code() -> None:
    error = http_error(REQUEST, "AT+X", ChttpCode.TIMEOUT)
    assert str(error) == f"GET {URL}: 223, the server was silent; retry later"
    assert (error.command, error.code, error.retry, error.remedy) == ("AT+X", 223, True, "retry later")
    assert http_error(REQUEST, None, ChttpCode.TIMEOUT, "wait").remedy == "wait"


@pytest.mark.parametrize(
    ("code", "meaning"),
    [(3, "the server has closed the connection"), ("ERROR", "the module refused it, and does not say why"), (99, "")],
)
def test_the_error_of_a_refusal(code: int | str, meaning: str) -> None:
    refusal = CommandFailed(f"AT+X: {code}", command="AT+X", code=code)
    error = refused_error(REQUEST, refusal, ChttpsCode)
    assert (error.command, error.code) == ("AT+X", code)
    assert meaning in error.meaning
    assert str(error).startswith(f"GET {URL}: ")


def test_a_range_at_another_place() -> None:
    check_place(REQUEST, ContentRange(5, 9, None), 5)
    with pytest.raises(HttpError, match="bytes from 6 on were asked for, those from 5 on came"):
        check_place(REQUEST, ContentRange(5, 9, 10), 6)
