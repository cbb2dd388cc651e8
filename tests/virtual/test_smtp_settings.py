"""AT+SMTPSRV to AT+SMTPRCPT, as a host sets and reads them."""

from __future__ import annotations

from tests.virtual.mail_host import hosting


async def test_the_server_is_set_read_and_forgotten() -> None:
    async with hosting() as (_, host):
        await host.says("AT+SMTPSRV?", '+SMTPSRV: "", 25')
        await host.says('AT+SMTPSRV="smtp.server.com",2525')
        await host.says("AT+SMTPSRV?", '+SMTPSRV: "smtp.server.com", 2525')
        await host.says('AT+SMTPSRV="other.server.com"')
        await host.says("AT+SMTPSRV?", '+SMTPSRV: "other.server.com", 25')
        await host.says("AT+SMTPSRV")
        await host.says("AT+SMTPSRV?", '+SMTPSRV: "", 25')
        await host.error(b'AT+SMTPSRV=""')


async def test_the_login_is_set_read_and_forgotten() -> None:
    async with hosting() as (_, host):
        await host.says("AT+SMTPAUTH?", '+SMTPAUTH: 0, "", ""')
        for forget in ("AT+SMTPAUTH", "AT+SMTPAUTH=0"):
            await host.says('AT+SMTPAUTH=1,"username","password"')
            await host.says("AT+SMTPAUTH?", '+SMTPAUTH: 1, "username", "password"')
            await host.says(forget)
            await host.says("AT+SMTPAUTH?", '+SMTPAUTH: 0, "", ""')
        await host.error(b"AT+SMTPAUTH=1", b'AT+SMTPAUTH=0,"username","password"')


async def test_the_sender_is_set_read_and_forgotten() -> None:
    async with hosting() as (_, host):
        await host.says("AT+SMTPFROM?", '+SMTPFROM: "", ""')
        await host.says('AT+SMTPFROM="a@server.com","name"')
        await host.says("AT+SMTPFROM?", '+SMTPFROM: "a@server.com", "name"')
        await host.says('AT+SMTPFROM="b@server.com"')
        await host.says("AT+SMTPFROM?", '+SMTPFROM: "b@server.com", ""')
        await host.says("AT+SMTPFROM")
        await host.says("AT+SMTPFROM?", '+SMTPFROM: "", ""')


async def test_recipients_are_set_listed_and_removed_one_by_one_by_kind_and_all() -> None:
    async with hosting() as (_, host):
        await host.says("AT+SMTPRCPT?")
        for kind, index in ((2, 4), (0, 1), (1, 0), (0, 0)):
            await host.says(f'AT+SMTPRCPT={kind},{index},"r{kind}{index}@server.com","{kind}"')
        first, second, third, last = (
            f'+SMTPRCPT: {kind}, {index}, "r{kind}{index}@server.com", "{kind}"'
            for kind, index in ((0, 0), (0, 1), (1, 0), (2, 4))
        )
        await host.says("AT+SMTPRCPT?", first, second, third, last)
        await host.says("AT+SMTPRCPT=0,0")
        await host.says("AT+SMTPRCPT?", second, third, last)
        await host.says("AT+SMTPRCPT=0,3")
        await host.says("AT+SMTPRCPT=2")
        await host.says("AT+SMTPRCPT?", second, third)
        await host.says('AT+SMTPRCPT=0,1,"other@server.com"')
        await host.says("AT+SMTPRCPT?", '+SMTPRCPT: 0, 1, "other@server.com", ""', third)
        await host.says("AT+SMTPRCPT")
        await host.says("AT+SMTPRCPT?")
        await host.error(b'AT+SMTPRCPT=0,5,"a@server.com"', b'AT+SMTPRCPT=3,0,"a@server.com"')


async def test_nothing_outlives_the_power() -> None:
    async with hosting() as (virtual, host):
        await host.write_mail('AT+SMTPAUTH=1,"u","p"')
        virtual.reset()
        await host.hear_until(b"PB DONE\r\n")
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r\r\nOK\r\n")
        await host.says("AT+SMTPSRV?", '+SMTPSRV: "", 25')
        await host.says("AT+SMTPAUTH?", '+SMTPAUTH: 0, "", ""')
        await host.says("AT+SMTPFROM?", '+SMTPFROM: "", ""')
        await host.says("AT+SMTPRCPT?")
        await host.says("AT+SMTPSUB?", '+SMTPSUB: ""')
        await host.says("AT+SMTPBODY?", '+SMTPBODY: ""')
