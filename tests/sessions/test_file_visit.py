"""One visit: where it goes, what it finds, and that it leaves the current directory as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import TypeAlias

import pytest

from simcom_async.dialects import SIM7100
from simcom_async.errors import LimitExceeded, ProtocolError, ServiceFailed
from simcom_async.modem import Modem
from simcom_async.ports.clock import LoopClock
from simcom_async.sessions.file_visit import DriveSpace, FileVisit, moment
from simcom_async.sessions.module_path import ModulePath
from tests.sessions.peer import ERROR, Answer, Peer, attached, text

HOME = text("+FSCD: C:/home")
Start: TypeAlias = Callable[..., Awaitable[tuple[Peer, FileVisit]]]


@pytest.fixture
async def at() -> AsyncIterator[Start]:
    """Visits of modules that answer so."""
    modems: list[Modem] = []

    async def begin(**answers: Answer) -> tuple[Peer, FileVisit]:
        peer = Peer(**{"AT+FSCD?": HOME, "AT+FSCD=D:/x": text("+FSCD: D:/x/"), "AT+FSCD=C:/home": HOME, **answers})
        modem = await attached(peer, dialect=SIM7100)
        modems.append(modem)
        return peer, FileVisit(modem.link, LoopClock())

    yield begin
    for modem in modems:
        await modem.aclose()


async def test_there_and_back(at: Start) -> None:
    peer, visit = await at()
    await visit.go(ModulePath.of("D:/x"))
    await visit.go(ModulePath.of("D:/x"))
    await visit.back()
    await visit.back()
    assert peer.lines == ["AT+FSCD?", "AT+FSCD=D:/x", "AT+FSCD=C:/home"]


async def test_who_is_there_already_need_not_go(at: Start) -> None:
    peer, visit = await at()
    await visit.go(ModulePath.of("C:/home"))
    await visit.back()
    assert peer.lines == ["AT+FSCD?"]


async def test_a_module_that_is_nowhere(at: Start) -> None:
    peer, visit = await at(**{"AT+FSCD?": text("+FSCD: \x03C:/home")})
    with pytest.raises(ProtocolError, match="is no directory"):
        await visit.go(ModulePath.of("D:/x"))
    await visit.back()
    assert peer.lines == ["AT+FSCD?"]


async def test_what_must_not_stay_is_removed_first(at: Start) -> None:
    peer, visit = await at(**{"AT+FSDEL=f": ERROR})
    await visit.go(ModulePath.of("D:/x"))
    visit.leftover = "f"
    await visit.back()
    assert peer.lines[-2:] == ["AT+FSDEL=f", "AT+FSCD=C:/home"]


async def test_a_folder_that_is_not_there(at: Start) -> None:
    peer, visit = await at(**{"AT+FSCD=D:/y": ERROR})
    with pytest.raises(ServiceFailed, match="no folder D:/y"):
        await visit.go(ModulePath.of("D:/y"))
    await visit.back()
    assert peer.lines == ["AT+FSCD?", "AT+FSCD=D:/y"]


async def test_a_path_that_is_too_long_for_the_command_line(at: Start) -> None:
    peer, visit = await at()
    with pytest.raises(LimitExceeded, match="path: "):
        await visit.go(ModulePath("C", ("x" * 254,) * 3))
    assert peer.lines == []


async def test_attributes_of_firmware_that_tells_only_the_size(at: Start) -> None:
    _, visit = await at(**{"AT+FSATTRI=f": text("+FSATTRI: 3800"), "AT+FSATTRI=g": ERROR})
    found = await visit.attributes(ModulePath.of("D:/x/f"))
    assert found is not None
    assert (found.size, found.modified) == (3800, None)
    assert await visit.attributes(ModulePath.of("D:/x/g")) is None


@pytest.mark.parametrize("shown", [text("+FSMEM: C:(10, 3)", "+FSMEM: D:(20,4)"), text("+FSMEM: C:(10, 3), D:(20, 4)")])
async def test_space_in_both_shapes(at: Start, shown: str) -> None:
    _, visit = await at(**{"AT+FSMEM": shown})
    assert await visit.space("C") == DriveSpace(10, 3)
    assert await visit.space("D") == DriveSpace(20, 4)
    assert await visit.space("E") is None
    assert DriveSpace(10, 11).free == 0


def test_moments() -> None:
    assert moment("2008/04/28 10:24:46 Tue") == datetime(2008, 4, 28, 10, 24, 46)
    assert moment("yesterday") is moment(None) is None
