from __future__ import annotations

from tests.virtual.ftp_host import OK, session
from tests.virtual.test_ftp_extended import answer

SETTINGS = (
    b"AT+FTPPORT=2121",
    b"AT+FTPMODE=1",
    b'AT+FTPTYPE="A"',
    b'AT+FTPPUTOPT="APPE"',
    b"AT+FTPCID=2",
    b'AT+FTPSERV="192.0.2.1"',
    b'AT+FTPUN="somebody"',
    b'AT+FTPPW="something"',
    b'AT+FTPGETNAME="g"',
    b'AT+FTPGETPATH="/gp/"',
    b'AT+FTPPUTNAME="p"',
    b'AT+FTPPUTPATH="/pp/"',
)


async def test_what_is_saved_outlives_the_power() -> None:
    async with session({}) as (_, virtual, host):
        await host.ok(*SETTINGS, b"AT+FTPREST=7")
        unsaved = await answer(host, b"AT+FTPSCONT?")
        assert unsaved.startswith(b"\r\n+FTPSCONT: 1\r\n")
        await host.ok(b"AT+FTPSCONT")
        saved = await answer(host, b"AT+FTPSCONT?")
        assert saved == unsaved.replace(b"+FTPSCONT: 1", b"+FTPSCONT: 0")
        for value in (b"2121", b'"192.0.2.1"', b'"somebody"', b'"/gp/"', b"+FTPREST: 7", b"75"):
            assert value in saved
        await host.ok(b'AT+FTPUN="somebody else"')
        assert (await answer(host, b"AT+FTPSCONT?")).startswith(b"\r\n+FTPSCONT: 1\r\n")
        virtual.reset()
        await host.hear_until(b"SMS Ready\r\n")
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        assert await answer(host, b"AT+FTPSCONT?") == saved.replace(b"+FTPREST: 7", b"+FTPREST: 0")
        await host.ask(b"AT+FTPPORT?", b"\r\n+FTPPORT: 2121\r\n" + OK)


async def test_what_is_not_saved_does_not() -> None:
    async with session({}, network_timeout=30) as (_, virtual, host):
        await host.ok(*SETTINGS)
        virtual.reset()
        await host.hear_until(b"SMS Ready\r\n")
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        await host.ask(b"AT+FTPPORT?", b"\r\n+FTPPORT: 21\r\n" + OK)
        context = await answer(host, b"AT+FTPSCONT?")
        assert context.startswith(b"\r\n+FTPSCONT: 1\r\n")
        assert b"+FTPTIMEOUT: 30" in context
    async with session({}, dialect="sim7000") as (_, _, host):
        await host.error(b"AT+FTPSCONT", b"AT+FTPSCONT?")
