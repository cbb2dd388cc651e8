from __future__ import annotations

from tests.cli.conftest import VIRTUAL, Simcom


async def test_replies_are_printed(simcom: Simcom) -> None:
    shown = await simcom("at", "--port", VIRTUAL, "+CSQ", "at+creg?", "I")
    assert shown.status == 0
    assert shown.text.splitlines() == ["+CSQ: 21,0", "OK", "+CREG: 0,1", "OK", "SIM800 R14.18", "OK"]


async def test_the_first_failure_ends_it(simcom: Simcom) -> None:
    shown = await simcom("at", "--port", VIRTUAL, "+CSQ", "+NOPE", "+CREG?")
    assert shown.status == 1
    assert shown.text.splitlines() == ["+CSQ: 21,0", "OK", "ERROR"]
    assert shown.errors == "simcom: AT+NOPE: ERROR\n"


async def test_json(simcom: Simcom) -> None:
    shown = await simcom("at", "--json", "--port", VIRTUAL, "+CSQ", "+CPIN=1234")
    assert shown.status == 1
    assert shown.json == [
        {"command": "AT+CSQ", "lines": ["+CSQ: 21,0"], "result": "OK"},
        {"command": 'AT+CPIN="****"', "lines": [], "result": "+CME ERROR: 3"},
    ]


async def test_a_secret_need_not_be_an_argument(simcom: Simcom) -> None:
    words = ("at", "--port", VIRTUAL + "&pin=4711", "-", "+CREG?")
    shown = await simcom(*words, stdin=b'AT+CPIN="4711"\n\n+CSQ\n')
    assert shown.status == 0
    assert shown.text.splitlines() == ["OK", "+CSQ: 21,0", "OK", "+CREG: 0,1", "OK"]


async def test_a_wrong_secret_is_not_repeated(simcom: Simcom) -> None:
    shown = await simcom("at", "--port", VIRTUAL + "&pin=4711", "-", stdin=b'AT+CPIN="0815"\n')
    assert shown.status == 1
    assert "+CME ERROR: 16" in shown.text
    assert "0815" not in shown.text + shown.errors


async def test_what_cannot_be_a_command(simcom: Simcom) -> None:
    shown = await simcom("at", "--port", VIRTUAL, "+CSQ\x1a")
    assert shown.status == 2
    assert "0x1A" in shown.errors
