"""Literal lines of the SIM800 AT manual V1.12 11.2.3 and 11.2.7, the SIM800 IP note V1.01, and drivers."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.commands.http_parameters import (
    HttpContextRead,
    HttpContextSave,
    HttpContextSource,
    HttpContextState,
    HttpPara,
    HttpParaBreak,
    HttpParaBreakEnd,
    HttpParaBreakEndLine,
    HttpParaBreakLine,
    HttpParaCid,
    HttpParaCidLine,
    HttpParaContent,
    HttpParaContentLine,
    HttpParaHead,
    HttpParaProxyAddress,
    HttpParaProxyAddressLine,
    HttpParaProxyPort,
    HttpParaProxyPortLine,
    HttpParaRead,
    HttpParaRedirect,
    HttpParaRedirectLine,
    HttpParaTimeout,
    HttpParaTimeoutLine,
    HttpParaUrl,
    HttpParaUrlLine,
    HttpParaUserAgent,
    HttpParaUserAgentLine,
    HttpParaUserHeaders,
    HttpParaUserHeadersLine,
)
from simcom_async.errors import UsageError
from tests.commands.spoken import answer, heard, line

URL = "HTTP://www.sim.com/img/sim_logo.gif?a=1,2;b"


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ('AT+HTTPPARA="CID",1', HttpParaCid()),
        ('AT+HTTPPARA = "CID",1', HttpParaCid()),
        (f'AT+HTTPPARA="URL","{URL}"', HttpParaUrl(value=URL)),
        ('AT+HTTPPARA="url","www.sim.com"', HttpParaUrl(value="www.sim.com")),
        ('AT+HTTPPARA="UA","x"', HttpParaUserAgent(value="x")),
        ('AT+HTTPPARA="PROIP","10.0.0.172"', HttpParaProxyAddress(value="10.0.0.172")),
        ('AT+HTTPPARA="PROPORT",80', HttpParaProxyPort(value=80)),
        ('AT+HTTPPARA="REDIR",1', HttpParaRedirect(value=1)),
        ('AT+HTTPPARA="BREAK",2000', HttpParaBreak(value=2000)),
        ('AT+HTTPPARA="BREAKEND",4000', HttpParaBreakEnd(value=4000)),
        ('AT+HTTPPARA="TIMEOUT",30', HttpParaTimeout(value=30)),
        ('AT+HTTPPARA="CONTENT","application/json"', HttpParaContent(value="application/json")),
        (r'AT+HTTPPARA="USERDATA","A: 1\r\nB: 2"', HttpParaUserHeaders(value=SecretStr(r"A: 1\r\nB: 2"))),
        ("AT+HTTPPARA?", HttpParaRead()),
        ("AT+HTTPSCONT", HttpContextSave()),
        ("AT+HTTPSCONT?", HttpContextRead()),
    ],
)
def test_each_tag_is_a_class(written: str, command: object) -> None:
    assert heard(written) == command


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ('AT+HTTPPARA="CID",4', "LIMIT"),
        ('AT+HTTPPARA="REDIR",2', "LIMIT"),
        ('AT+HTTPPARA="TIMEOUT",29', "LIMIT"),
        ('AT+HTTPPARA="TIMEOUT",1001', "LIMIT"),
        ('AT+HTTPPARA="PROPORT",65536', "LIMIT"),
        ('AT+HTTPPARA="REDIR","1"', "PARAMETERS"),
        ('AT+HTTPPARA="NOTAG",1', "PARAMETERS"),
        ('AT+HTTTPARA="CID",1', "UNKNOWN"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written) == reason


def test_numbers_are_bare_and_strings_are_quoted() -> None:
    assert HttpParaProxyPort(value=8080).text == b'AT+HTTPPARA="PROPORT",8080'
    assert HttpParaUrl(value="h/p").text == b'AT+HTTPPARA="URL","h/p"'


def test_factory_values() -> None:
    assert HttpParaUserAgent().value == "SIMCom_MODULE"
    assert (HttpParaRedirect().value, HttpParaBreak().value, HttpParaBreakEnd().value) == (0, 0, 0)
    assert HttpParaTimeout().value == 120


@pytest.mark.parametrize("bad", ['a"b', "a\rb", "a\nb", "a\x1ab", "a\x1bb"])
@pytest.mark.parametrize("kind", [HttpParaUrl, HttpParaUserHeaders, HttpParaUserAgent, HttpParaContent])
def test_no_value_breaks_out_of_its_quotes(kind: type[HttpPara], bad: str) -> None:
    with pytest.raises(UsageError, match="at position 1"):
        kind(value=bad)


LINES = (
    ("CID", "1", HttpParaCidLine(value=1)),
    ("URL", URL, HttpParaUrlLine(value=URL)),
    ("UA", "SIMCom_MODULE", HttpParaUserAgentLine()),
    ("PROIP", "10.0.0.172", HttpParaProxyAddressLine(value="10.0.0.172")),
    ("PROPORT", "80", HttpParaProxyPortLine(value=80)),
    ("REDIR", "0", HttpParaRedirectLine()),
    ("BREAK", "2000", HttpParaBreakLine(value=2000)),
    ("BREAKEND", "0", HttpParaBreakEndLine()),
    ("TIMEOUT", "120", HttpParaTimeoutLine()),
    ("CONTENT", "", HttpParaContentLine()),
    ("USERDATA", "A: 1", HttpParaUserHeadersLine(value="A: 1")),
)


@pytest.mark.parametrize("blank", ["", " "])
def test_the_read_form(blank: str) -> None:
    said = [f"{tag}:{blank}{value}" for tag, value, _ in LINES]
    assert answer(HttpParaRead(), "+HTTPPARA:" + blank, *said) == tuple(message for _, _, message in LINES)


@pytest.mark.parametrize("blank", ["", " "])
def test_the_saved_context(blank: str) -> None:
    without_timeout = [part for part in LINES if part[0] not in ("TIMEOUT", "CONTENT")]
    said = [f"{tag}:{blank}{value}" for tag, value, _ in without_timeout]
    found = answer(HttpContextRead(), f"+HTTPSCONT:{blank}0", *said)
    assert found[0] == HttpContextState(mode=HttpContextSource.SAVED)
    assert found[1:] == tuple(message for _, _, message in without_timeout)


def test_how_the_lines_are_said() -> None:
    assert line(HttpParaHead()) == "+HTTPPARA: "
    assert line(HttpContextState(mode=HttpContextSource.UNSAVED)) == "+HTTPSCONT: 1"
    assert [line(message) for _, _, message in LINES] == [f"{tag}: {value}" for tag, value, _ in LINES]


def test_an_unset_number_is_said_without_digits() -> None:
    assert line(HttpParaCidLine()) == "CID: "
    assert answer(HttpParaRead(), "+HTTPPARA: ", "CID: ") == (HttpParaCidLine(),)
