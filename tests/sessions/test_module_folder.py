"""A folder of our own in the module."""

from __future__ import annotations

import pytest

from simcom_async.errors import ServiceFailed
from simcom_async.sessions.module_folder import ModuleFolder, removed
from tests.sessions.ftp_ends import ends


class Folder(ModuleFolder):
    path = "D:/ours"


async def test_made_filled_entered_and_removed() -> None:
    async with ends("sim7100") as (virtual, modem):
        folder = Folder(modem.files)
        for _ in range(2):
            await folder.make()
            assert await modem.files.list(folder.path) == []
            await folder.put("a.bin", bytes(10_000), lambda done: None)
            async with folder.entered():
                assert str(virtual.file_system.current).rstrip("/") == folder.path
        await folder.remove()
        await folder.remove()
        assert not await modem.files.exists(folder.path)


async def test_what_is_removed_already_does_no_harm() -> None:
    async with ends("sim7100") as (_, modem):
        await removed(modem.files.delete("D:/none"))
        with pytest.raises(ServiceFailed):
            await modem.files.delete("D:/none")
