from __future__ import annotations

import pytest

from simcom_async.virtual import VirtualModem
from simcom_async.virtual.http_parameters import HttpParameters
from tests.virtual.client import Client

OK = b"\r\nOK\r\n"
EMPTY = b"CID: \r\nURL: \r\nUA: SIMCom_MODULE\r\nPROIP: \r\nPROPORT: \r\nREDIR: 0\r\nBREAK: 0\r\nBREAKEND: 0\r\n"
SET = (
    b'AT+HTTPPARA="CID",2',
    b'AT+HTTPPARA="URL","www.sim.com/a,b"',
    b'AT+HTTPPARA="UA","me/1"',
    b'AT+HTTPPARA="PROIP","10.0.0.172"',
    b'AT+HTTPPARA="PROPORT",8080',
    b'AT+HTTPPARA="REDIR",1',
    b'AT+HTTPPARA="BREAK",10',
    b'AT+HTTPPARA="BREAKEND",20',
    b'AT+HTTPPARA="USERDATA","X: 1"',
)
FILLED = (
    b"CID: 2\r\nURL: www.sim.com/a,b\r\nUA: me/1\r\nPROIP: 10.0.0.172\r\nPROPORT: 8080\r\n"
    b"REDIR: 1\r\nBREAK: 10\r\nBREAKEND: 20\r\n"
)


@pytest.mark.parametrize(
    ("first", "last", "header"),
    [(0, 0, None), (5, 0, "bytes=5-"), (5, 4, "bytes=5-"), (5, 5, "bytes=5-5"), (0, 9, "bytes=0-9")],
)
def test_the_range_header(first: int, last: int, header: str | None) -> None:
    assert HttpParameters(first=first, last=last).range == header


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("", ()),
        ("X-A: 1", (("X-A", "1"),)),
        ("X-A: 1\\r\\nX-B:2", (("X-A", "1"), ("X-B", "2"))),
        ("X-A: 1\\nno header\\n", (("X-A", "1"),)),
        ("X-A: http://h/", (("X-A", "http://h/"),)),
    ],
)
def test_own_headers(text: str, headers: tuple[tuple[str, str], ...]) -> None:
    assert HttpParameters(user_headers=text).headers == headers


async def test_reading_all_of_them(client: Client) -> None:
    await client.error(b"AT+HTTPPARA?", b"AT+HTTPSCONT?", b"AT+HTTPSCONT", b'AT+HTTPPARA="CID",1')
    await client.ok(b"AT+HTTPINIT")
    await client.ask(
        b"AT+HTTPPARA?", b"\r\n+HTTPPARA: \r\n" + EMPTY + b"TIMEOUT: 120\r\nCONTENT: \r\nUSERDATA: \r\n" + OK
    )
    await client.ok(*SET, b'AT+HTTPPARA="TIMEOUT",30', b'AT+HTTPPARA="CONTENT","text/plain"')
    await client.ask(
        b"AT+HTTPPARA?",
        b"\r\n+HTTPPARA: \r\n" + FILLED + b"TIMEOUT: 30\r\nCONTENT: text/plain\r\nUSERDATA: X: 1\r\n" + OK,
    )


async def test_saved_parameters_outlive_the_power(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPSCONT?", b"\r\n+HTTPSCONT: 1\r\n" + EMPTY + b"USERDATA: \r\n" + OK)
    await client.ok(*SET, b"AT+HTTPSCONT")
    await client.ask(b"AT+HTTPSCONT?", b"\r\n+HTTPSCONT: 0\r\n" + FILLED + b"USERDATA: X: 1\r\n" + OK)
    await client.ok(b"AT+HTTPTERM")
    virtual.power_off()
    virtual.power_on()
    await client.hear_until(b"SMS Ready\r\n")
    client.send(b"ATE0;+HTTPINIT\r")
    await client.hear(b"ATE0;+HTTPINIT\r" + OK)
    await client.ask(b"AT+HTTPSCONT?", b"\r\n+HTTPSCONT: 0\r\n" + FILLED + b"USERDATA: X: 1\r\n" + OK)
    await client.ok(b'AT+HTTPPARA="BREAK",11')
    assert b"+HTTPSCONT: 1\r\n" in await _answer(client, b"AT+HTTPSCONT?")


async def test_what_was_not_saved_is_gone_with_the_session(client: Client) -> None:
    await client.ok(b"AT+HTTPINIT", *SET, b"AT+HTTPTERM", b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPSCONT?", b"\r\n+HTTPSCONT: 1\r\n" + EMPTY + b"USERDATA: \r\n" + OK)


async def _answer(client: Client, line: bytes) -> bytes:
    client.send(line + b"\r")
    return await client.hear_until(OK)
