"""A folder in the module for the attachments of one mail."""

from __future__ import annotations

import pytest

from simcom_async.errors import ServiceFailed
from simcom_async.sessions.mail_store import MailFolder, removed
from tests.sessions.mail_ends import ends


async def test_made_filled_entered_and_removed() -> None:
    async with ends("sim7100") as (virtual, modem):
        folder = MailFolder(modem.files)
        await folder.make()
        told: list[int] = []
        await folder.put("a.bin", bytes(10_000), told.append)
        await folder.put("ä.txt", b"", told.append)
        assert told[-1] == 10_000
        before = str(virtual.file_system.current)
        async with folder.entered():
            assert str(virtual.file_system.current).rstrip("/") == folder.path
        assert str(virtual.file_system.current) == before
        assert {entry.name for entry in await modem.files.list(folder.path)} == {"a.bin", "ä.txt"}
        await folder.remove()
        assert not await modem.files.exists(folder.path)


async def test_what_was_left_in_it_is_removed() -> None:
    async with ends("sim7100") as (_, modem):
        await modem.files.mkdir(MailFolder.path)
        await modem.files.write(f"{MailFolder.path}/old", b"old")
        folder = MailFolder(modem.files)
        await folder.make()
        assert await modem.files.list(folder.path) == []


async def test_what_was_not_made_is_not_removed() -> None:
    async with ends("sim7100") as (_, modem):
        await modem.files.mkdir(MailFolder.path)
        await MailFolder(modem.files).remove()
        assert await modem.files.exists(MailFolder.path)


async def test_what_cannot_be_removed_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with ends("sim7100") as (_, modem):
        await removed(modem.files.delete("C:/nothing"))
        assert "C:/nothing cannot be removed" in caplog.text
        with pytest.raises(ServiceFailed):
            await modem.files.delete("C:/nothing")


async def test_a_full_drive() -> None:
    async with ends("sim7100", space=50_000) as (_, modem):
        folder = MailFolder(modem.files)
        await folder.make()
        with pytest.raises(ServiceFailed, match="do not fit"):
            await folder.put("big", bytes(60_000), lambda _: None)
        await folder.remove()
        assert not await modem.files.exists(folder.path)
