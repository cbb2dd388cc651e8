"""AT+SMTPSUB to AT+SMTPFILE, as a host sets and reads them."""

from __future__ import annotations

import pytest

from simcom_async.commands.smtp_content import SMTP_ATTACHMENTS_BYTES
from tests.virtual.client import Client
from tests.virtual.mail_host import ERROR, OK, hosting, module


async def test_subject_and_character_set_are_set_read_and_forgotten() -> None:
    async with hosting() as (_, host):
        await host.says("AT+SMTPSUB?", '+SMTPSUB: ""')
        await host.says('AT+SMTPSUB="A subject, with: all"')
        await host.says("AT+SMTPSUB?", '+SMTPSUB: "A subject, with: all"')
        await host.says("AT+SMTPSUB")
        await host.says("AT+SMTPSUB?", '+SMTPSUB: ""')
        await host.says("AT+SMTPBCH?", '+SMTPBCH: "utf-8"')
        await host.says('AT+SMTPBCH="gb2312"')
        await host.says("AT+SMTPBCH?", '+SMTPBCH: "gb2312"')
        await host.says("AT+SMTPBCH")
        await host.says("AT+SMTPBCH?", '+SMTPBCH: "utf-8"')


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        (b"This is a test mail.\x1a", b"This is a test mail."),
        (b"This is a tesst\x08\x08t mail.\x1a", b"This is a test mail."),
        (b"\x08\x08abc\x08\x08\x08\x08d\x1a", b"d"),
        (b"one\r\n\r\nAT+CSQ\r\nOK\x1a", b"one\r\n\r\nAT+CSQ\r\nOK"),
        ("Grüße\x1a".encode(), "Grüße".encode()),
        (b"x" * 5120 + b"\x1a", b"x" * 5120),
        (b"x" * 5130 + b"\x1a", b"x" * 5120),
        (b"\x1a", b""),
        (b"This is a test mail.\x1b", b""),
    ],
)
async def test_a_body_is_typed_at_the_prompt(typed: bytes, body: bytes) -> None:
    async with hosting() as (virtual, host):
        await host.says('AT+SMTPBODY="the old one"')
        host.send(b"AT+SMTPBODY\r")
        await host.hear(b"\r\n>> ")
        assert virtual.smtp.draft.body == b""
        host.send(typed)
        await host.hear(OK)
        assert virtual.smtp.draft.body == body
        host.send(b"AT+SMTPBODY?\r")
        await host.hear(b'\r\n+SMTPBODY: "' + body + b'"\r\n' + OK)


async def test_the_body_is_echoed_while_echo_is_on() -> None:
    async with module() as virtual:
        other = await Client(virtual.port()).open()
        other.send(b"AT+SMTPBODY\r")
        await other.hear(b"AT+SMTPBODY\r\r\n>> ")
        other.send(b"Hello\x1a")
        await other.hear(b"Hello")
        await other.hear_until(OK)
        assert virtual.smtp.draft.body == b"Hello"
        await other.aclose()


async def test_a_body_is_written_in_one_line() -> None:
    async with hosting() as (_, host):
        await host.says(f'AT+SMTPBODY="{"x" * 512}"')
        await host.says("AT+SMTPBODY?", f'+SMTPBODY: "{"x" * 512}"')
        await host.error(f'AT+SMTPBODY="{"x" * 513}"'.encode())


async def test_attachments_are_chosen_listed_and_taken_away() -> None:
    async with hosting() as (virtual, host):
        virtual.file_system.write("C:/file1.txt", b"x" * 100)
        virtual.file_system.write("C:/größe.txt", b"x" * 7)
        await host.says("AT+SMTPFILE?")
        await host.says('AT+SMTPFILE=3,"file1.txt"')
        digits = "größe.txt".encode().hex().upper()
        path = "C:/größe.txt".encode().hex().upper()
        await host.says(f'AT+SMTPFILE=1,{{non-ascii}}"{digits}"')
        listed = (f'+SMTPFILE: 1, {{non-ascii}}"{path}", 7', '+SMTPFILE: 3, "C:/file1.txt", 100')
        await host.says("AT+SMTPFILE?", *listed)
        await host.says("AT+SMTPFILE=1")
        await host.says("AT+SMTPFILE=2")
        await host.says("AT+SMTPFILE?", listed[1])
        await host.says("AT+SMTPFILE")
        await host.says("AT+SMTPFILE?")


async def test_a_file_is_looked_for_in_the_current_directory() -> None:
    async with hosting() as (virtual, host):
        virtual.file_system.write("D:/file1.txt", b"x" * 100)
        await host.error(b'AT+SMTPFILE=1,"file1.txt"', b'AT+SMTPFILE=1,"a?b"')
        virtual.file_system.enter("D:/")
        await host.says('AT+SMTPFILE=1,"file1.txt"')
        await host.says("AT+SMTPFILE?", '+SMTPFILE: 1, "D:/file1.txt", 100')


async def test_no_file_and_no_name_is_attached_twice_but_one_takes_the_place_of_another() -> None:
    async with hosting() as (virtual, host):
        for path in ("C:/file1.txt", "C:/file2.txt", "D:/FILE1.TXT"):
            virtual.file_system.write(path, b"x")
        await host.says('AT+SMTPFILE=1,"file1.txt"')
        await host.error(b'AT+SMTPFILE=2,"file1.txt"', b'AT+SMTPFILE=2,"D:/FILE1.TXT"')
        await host.says('AT+SMTPFILE=1,"file1.txt"')
        await host.says('AT+SMTPFILE=1,"file2.txt"')
        await host.says('AT+SMTPFILE=2,"file1.txt"')
        await host.says("AT+SMTPFILE?", '+SMTPFILE: 1, "C:/file2.txt", 1', '+SMTPFILE: 2, "C:/file1.txt", 1')


async def test_attachments_have_a_limit_together() -> None:
    half = SMTP_ATTACHMENTS_BYTES // 2
    async with hosting() as (virtual, host):
        for name, size in (("big1.bin", half), ("big2.bin", half), ("one.bin", 1)):
            virtual.file_system.write(f"C:/{name}", bytes(size))
        await host.says('AT+SMTPFILE=1,"big1.bin"')
        await host.says('AT+SMTPFILE=2,"big2.bin"')
        await host.says('AT+SMTPFILE=3,"one.bin"', "+SMTP: OVERSIZE", final=ERROR)
        await host.says('AT+SMTPFILE=2,"one.bin"')
        await host.error(b'AT+SMTPFILE=11,"big2.bin"')
