"""Literal lines of the SIM800 AT manual V1.12 chapter 4 and of clients that ask for messages."""

from __future__ import annotations

import pytest

from simcom_async.at.event import PayloadChunk
from simcom_async.commands.sms import (
    MessageService,
    MessageServiceRead,
    MessageServiceState,
    MessageServiceSupport,
    MessageStatus,
    SmsCentre,
    SmsDelete,
    SmsFormat,
    SmsIndication,
    SmsList,
    SmsListPdu,
    SmsParameters,
    SmsRead,
    SmsReceived,
    SmsReference,
    SmsSend,
    SmsSendPdu,
    Storage,
    StorageRead,
    StorageSelect,
    StorageState,
    StorageUse,
)
from tests.commands.spoken import answer, heard, said, urc


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+CMGF=1", SmsFormat(mode=1)),
        ("AT+CMGF?", SmsFormat.query()),
        ("AT+CNMI=2,1", SmsIndication()),
        ("AT+CNMI=1,1,0,0,0", SmsIndication(mode=1)),
        ("AT+CSMP=17,167,0,0", SmsParameters()),
        ('AT+CSCA="+8613800210500",145', SmsCentre(address="+8613800210500", type=145)),
        ("AT+CSMS=1", MessageService(service=1)),
        ("AT+CSMS?", MessageServiceRead()),
        ('AT+CPMS="SM","ME"', StorageSelect(read=Storage.SIM, write=Storage.PHONE)),
        ("AT+CPMS?", StorageRead()),
        ('AT+CMGS="+8613918186089"', SmsSend(number="+8613918186089")),
        ("AT+CMGS=23", SmsSendPdu(length=23)),
        ('AT+CMGL="ALL"', SmsList(status=MessageStatus.ALL)),
        ("AT+CMGL=4", SmsListPdu(status=4)),
        ("AT+CMGR=1", SmsRead(index=1)),
        ("AT+CMGD=1,4", SmsDelete(index=1, flag=4)),
    ],
)
def test_commands(written: str, command: object) -> None:
    assert heard(written) == command


@pytest.mark.parametrize(
    ("written", "reason"), [("AT+CNMI=2,1,1", "LIMIT"), ('AT+CPMS="XX"', "PARAMETERS"), ("AT+CMGS=161", "LIMIT")]
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written) == reason


def test_a_message_has_come() -> None:
    assert urc('+CMTI: "SM",1') == SmsReceived(storage=Storage.SIM, index=1)
    assert urc('+CMTI: "SM",3,"MMS PUSH"') == SmsReceived(storage=Storage.SIM, index=3, kind="MMS PUSH")


@pytest.mark.parametrize("mark", [b"\r\n> ", b"\r\n>"])
def test_sending(mark: bytes) -> None:
    exchange, events = said(SmsSend(number="1"), mark)
    assert exchange.prompted
    assert [event.kind for event in events] == ["prompt"]
    assert answer(SmsSend(number="1"), "+CMGS: 34") == SmsReference(reference=34)


def test_storages() -> None:
    wanted = StorageUse(used_1=0, total_1=30, used_2=1, total_2=30, used_3=2, total_3=30)
    assert answer(StorageSelect(read=Storage.SIM), "+CPMS: 0,30,1,30,2,30") == wanted
    state = answer(StorageRead(), '+CPMS: "SM",0,30,"SM",1,30,"ME",2,30')
    assert isinstance(state, StorageState)
    assert (state.storage_1, state.used_2, state.storage_3) == (Storage.SIM, 1, Storage.PHONE)


def test_service() -> None:
    assert answer(MessageService(), "+CSMS: 1,1,1") == MessageServiceSupport(received=1, sent=1, broadcast=1)
    wanted = MessageServiceState(service=0, received=1, sent=1, broadcast=1)
    assert answer(MessageServiceRead(), "+CSMS: 0,1,1,1") == wanted


def test_a_list_is_text() -> None:
    text = b'+CMGL: 1,"REC READ","+8613918186089","","02/01/30,20:40:31+00"\r\nThis is a test\r\n'
    exchange, events = said(SmsList(status=MessageStatus.ALL), b"\r\n" + text + b"\r\nOK\r\n")
    assert b"This is a test" in b"".join(event.data for event in events if isinstance(event, PayloadChunk))
    assert not exchange.finished or exchange.answer() is None
