from __future__ import annotations

import pytest

from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"ATI", b"SIM800 R14.18"),
        (b"ATI0", b"SIM800 R14.18"),
        (b"AT+GSV", b"SIMCOM_Ltd\r\nSIMCOM_SIM800\r\nRevision:1308B08SIM800M32"),
        (b"AT+CGMI", b"SIMCOM_Ltd"),
        (b"AT+GMI", b"SIMCOM_Ltd"),
        (b"AT+CGMM", b"SIMCOM_SIM800"),
        (b"AT+GMM", b"SIMCOM_SIM800"),
        (b"AT+CGMR", b"Revision:1308B08SIM800M32"),
        (b"AT+GMR", b"Revision:1308B08SIM800M32"),
        (b"AT+GCAP", b"+GCAP: +CGSM"),
    ],
)
async def test_who_it_is(client: Client, line: bytes, answer: bytes) -> None:
    await client.ask(line, b"\r\n" + answer + b"\r\n" + OK)


async def test_the_numbers_of_the_options(start: Start) -> None:
    client = await attach(await start(imei="490154203237518"))
    await client.ask(b"AT+CGSN", b"\r\n490154203237518\r\n" + OK)
    await client.ask(b"AT+GSN", b"\r\n490154203237518\r\n" + OK)


@pytest.mark.parametrize("line", [b"AT+CGMI=?", b"AT+CGMM=?", b"AT+CGMR=?", b"AT+CGSN=?", b"AT+GMI=?"])
async def test_test_forms_are_plain(client: Client, line: bytes) -> None:
    await client.ok(line)


async def test_a_series_may_tell_more_and_spell_it_in_its_own_way() -> None:
    async with VirtualModem("sim7100") as virtual:
        client = await attach(virtual)
        lines = (
            b"Manufacturer: SIMCOM INCORPORATED",
            b"Model: SIMCOM_SIM7100E",
            b"Revision: 4534B03SIM7100E",
            b"IMEI: 869951030000008",
            b"+GCAP: +CGSM,+FCLASS,+DS",
        )
        await client.ask(b"ATI", b"\r\n" + b"\r\n".join(lines) + b"\r\n" + OK)
        await client.ask(b"AT+CGMR", b"\r\n+CGMR: 4534B03SIM7100E\r\n" + OK)
        await client.ask(b"AT+CICCID", b"\r\n+ICCID: 89860011200000000004\r\n" + OK)


async def test_a_series_has_a_release_of_its_own() -> None:
    async with VirtualModem("sim7000") as virtual:
        await (await attach(virtual)).ask(b"ATI", b"\r\nSIM7000G R1529\r\n" + OK)
