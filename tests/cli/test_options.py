from __future__ import annotations

import pytest

from simcom_async.cli.options import Target
from simcom_async.dialects import GENERAL, SIM800
from simcom_async.errors import UsageError
from tests.cli.conftest import VIRTUAL, Simcom


def target(dialect: str | None = None) -> Target:
    return Target(url="x", baud=9600, dialect=dialect, apn=None, user="joe", password="hidden", pin="1234")


async def test_the_port_comes_from_the_environment(simcom: Simcom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMCOM_PORT", VIRTUAL)
    assert (await simcom("at", "+CSQ")).text == "+CSQ: 21,0\nOK\n"


async def test_the_pin_comes_from_the_environment(simcom: Simcom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMCOM_PORT", VIRTUAL + "&pin=4711")
    refused = await simcom("http", "head", "http://127.0.0.1:1/")
    assert refused.status == 1
    assert "SIM PIN" in refused.errors
    monkeypatch.setenv("SIMCOM_PIN", "4711")
    reached = await simcom("http", "head", "-vv", "http://127.0.0.1:1/")
    assert "601" in reached.errors
    assert "4711" not in reached.errors


async def test_the_log_has_the_lines(simcom: Simcom) -> None:
    shown = await simcom("at", "-vv", "--port", VIRTUAL, "+CSQ")
    assert shown.text == "+CSQ: 21,0\nOK\n"
    assert r"TX b'AT+CSQ\r'" in shown.errors
    assert r"\r\n+CSQ: 21,0\r\n" in shown.errors


@pytest.mark.parametrize("words", [(), ("-v",)])
async def test_no_line_is_logged_without_being_asked_for(simcom: Simcom, words: tuple[str, ...]) -> None:
    assert "TX" not in (await simcom("at", *words, "--port", VIRTUAL, "+CSQ")).errors


def test_secrets_are_not_shown() -> None:
    assert "hidden" not in repr(target())
    assert "1234" not in repr(target())


def test_the_dialect_that_is_spoken() -> None:
    assert target().spoken is GENERAL
    assert target("sim800").spoken is SIM800
    with pytest.raises(UsageError, match="sim801"):
        _ = target("sim801").spoken
