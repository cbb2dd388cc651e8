from __future__ import annotations

from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client

OK = b"\r\nOK\r\n"


async def test_a_message_needs_service(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+CMEE=1")
    virtual.network.lose_coverage()
    await client.ask(b'AT+CMGS="123"', b"\r\n> ")
    client.send(b"text\x1a")
    await client.hear(b"\r\n+CMS ERROR: 331\r\n")
    assert virtual.messages.sent == 0


async def test_storages_are_chosen_one_by_one(client: Client) -> None:
    use = b"\r\n+CPMS: 0,40,0,40,0,40\r\n"
    await client.ask(b'AT+CPMS="ME","SM","MT"', use + OK)
    await client.ask(b'AT+CPMS="SM"', use + OK)
    await client.ask(b"AT+CPMS?", b'\r\n+CPMS: "SM",0,40,"SM",0,40,"MT",0,40\r\n' + OK)
    await client.error(b'AT+CPMS="XX"')


async def test_settings_keep_what_is_left_out(client: Client) -> None:
    await client.ok(b"AT+CNMI=1,2,0,1,0", b"AT+CNMI=3")
    await client.ask(b"AT+CNMI?", b"\r\n+CNMI: 3,2,0,1,0\r\n" + OK)
    await client.error(b"AT+CNMI=4", b"AT+CNMI=1,1,1")


async def test_there_are_no_messages(client: Client) -> None:
    await client.ok(b'AT+CMGL="REC UNREAD"', b"AT+CMGL=0", b"AT+CMGR=1", b"AT+CMGD=1", b"AT+CMGD=1,4")


async def test_the_service_is_remembered(client: Client) -> None:
    await client.ask(b"AT+CSMS=1", b"\r\n+CSMS: 1,1,1\r\n" + OK)
    await client.ask(b"AT+CSMS?", b"\r\n+CSMS: 1,1,1,1\r\n" + OK)


async def test_what_is_no_message(client: Client) -> None:
    await client.error(b'AT+CMGS=""', b"AT+CMGS=0", b"AT+CMGS=161", b"AT+CMGD=256")
