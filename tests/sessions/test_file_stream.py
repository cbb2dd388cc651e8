"""A file as it is read: begun by its first reader, given back whoever ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.errors import ServiceFailed
from simcom_async.modem import Modem, open_modem
from simcom_async.sessions.file_part import PART
from simcom_async.virtual import VirtualModem


@pytest.fixture
async def virtual() -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim7100", urc_delay=0) as virtual:
        virtual.file_system.write("f", bytes(3 * PART))
        yield virtual


@pytest.fixture
async def modem(virtual: VirtualModem) -> AsyncIterator[Modem]:
    async with open_modem(virtual.port()) as modem:
        yield modem


async def test_a_stream_that_was_not_begun_takes_nothing(modem: Modem) -> None:
    stream = modem.files.open("f")
    assert await modem.files.size("f") == 3 * PART
    await stream.aclose()
    assert [piece async for piece in stream] == []


async def test_one_that_is_left_half_way_gives_the_files_back(modem: Modem) -> None:
    async with modem.files.open("f") as stream:
        assert stream.size == 3 * PART
        async for piece in stream:
            assert len(piece) == PART
            break
    assert await modem.files.size("f") == 3 * PART


async def test_the_rest_of_one(modem: Modem) -> None:
    async with modem.files.open("f") as stream:
        await anext(stream)
        assert len(await stream.read()) == 2 * PART


async def test_one_that_fails_gives_the_files_back(modem: Modem, virtual: VirtualModem) -> None:
    with pytest.raises(ServiceFailed, match="there is no file C:/g"):
        await modem.files.open("g").read()
    stream = modem.files.open("f")
    await anext(stream)
    virtual.file_system.remove("f")
    with pytest.raises(ServiceFailed, match="C:/f cannot be read"):
        await anext(stream)
    assert not await modem.files.exists("f")
