"""Questions to a mailbox that one line answers, as the SIM900 e-mail manual prints them (3.5 to 3.7)."""

from __future__ import annotations

from simcom_async.virtual import VirtualModem
from tests.virtual.email_host import OK, EmailHost, mailbox

ONE, TWO = b"Subject: one\r\n\r\n1\r\n", b"Subject: two\r\n\r\nsecond\r\n"


async def test_numbers_sizes_and_ids() -> None:
    async with mailbox() as (site, _, host):
        await host.does(b"AT+POP3NUM", b"+POP3NUM: 1,0,0")
        await host.does(b"AT+POP3OUT", b"+POP3OUT: 1")
        site.publish(ONE, "AAAFOpdCAAAv60+tksFqRqk3/6ogog+g")
        site.publish(TWO, 'a,"b;c')
        await host.log_in()
        await host.does(b"AT+POP3NUM", b"+POP3NUM: 1,2,%d" % (len(ONE) + len(TWO)))
        await host.does(b"AT+POP3LIST=1", b"+POP3LIST: 1,1,%d" % len(ONE))
        await host.does(b"AT+POP3LIST=2", b"+POP3LIST: 1,2,%d" % len(TWO))
        await host.does(b"AT+POP3UIDL=1", b"+POP3UIDL: 1,1,AAAFOpdCAAAv60+tksFqRqk3/6ogog+g")
        await host.does(b"AT+POP3UIDL=2", b'+POP3UIDL: 1,2,a,"b;c')


async def test_mails_that_there_are_not() -> None:
    async with mailbox([ONE]) as (_, _, host):
        await host.does(b"AT+POP3LIST=9", b"+POP3LIST: 0")
        await host.does(b"AT+POP3UIDL=9", b"+POP3UIDL: 0")
        await host.does(b"AT+POP3DEL=9", b"+POP3DEL: 0")
        await host.error(b"AT+POP3LIST=0", b"AT+POP3DEL=65536")


async def test_marks() -> None:
    async with mailbox([ONE, TWO]) as (site, _, host):
        await host.does(b"AT+POP3DEL=1", b"+POP3DEL: 1")
        await host.does(b"AT+POP3NUM", b"+POP3NUM: 1,1,%d" % len(TWO))
        await host.does(b"AT+POP3RSET", b"+POP3RSET: 1")
        await host.does(b"AT+POP3NUM", b"+POP3NUM: 1,2,%d" % (len(ONE) + len(TWO)))
        await host.does(b"AT+POP3OUT", b"+POP3OUT: 1")
        assert site.deleted == []


async def test_without_a_session_nothing_is_asked() -> None:
    async with VirtualModem("sim900", urc_delay=0) as virtual:
        host = await EmailHost.of(virtual)
        await host.error(b"AT+POP3NUM", b"AT+POP3LIST=1", b"AT+POP3UIDL=1", b"AT+POP3CMD=1", b"AT+POP3READ=1460")
        await host.error(b"AT+POP3DEL=1", b"AT+POP3RSET", b"AT+POP3OUT")
        await host.ask(b"AT+POP3SRV?", b'\r\n+POP3SRV: "","","",110\r\n' + OK)
        await host.ok(b'AT+POP3SRV="h","u","p",995', b'AT+POP3SRV="h","u","p"')
        await host.ask(b"AT+POP3SRV?", b'\r\n+POP3SRV: "h","u","p",110\r\n' + OK)
        await host.aclose()
