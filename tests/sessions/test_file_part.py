"""Parts of a file: both orders of the final result, and what happens when the line loses bytes."""

from __future__ import annotations

import pytest

from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, CommandTimeout, ProtocolError
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.file_part import read_part
from tests.sessions.peer import ERROR, OK, Answer, Peer, attached

READ = 'AT+CFTRANTX="C:/f",2,5'
END = "\r\n+CFTRANTX: 0\r\n"


def packet(data: str, told: int | None = None) -> str:
    return f"\r\n+CFTRANTX: DATA,{len(data) if told is None else told}\r\n{data}"


HARMED = [
    packet("ab") + END + OK,
    packet("abc", 5) + END + OK,
    packet("abcde"),
    packet("abxxxcde", 5) + END + OK,
    packet("ab\r\nRING\r\nc", 3) + packet("de") + END + OK,
    packet("\r\nRIN", 5) + "\r\n+SAPB" + END + OK,
]
GOOD = packet("abc") + packet("de") + END + OK


async def read(*answers: Answer) -> tuple[bytes | Exception, Peer]:
    clock = ManualClock()
    peer = Peer()
    peer.on(READ, *answers)
    modem: Modem = await attached(peer, clock, dialect=SIM7100)
    try:
        return await clock.run_until(read_part(modem.link, "C:/f", 2, 5), 600), peer
    except Exception as error:
        return error, peer
    finally:
        await clock.run_until(modem.aclose(), 60)


@pytest.mark.parametrize("answer", [GOOD, OK + packet("abcde").replace(",", ", ") + END, packet("OK\r\n>") + END + OK])
async def test_the_bytes_of_packets(answer: str) -> None:
    found, peer = await read(answer)
    assert found in (b"abcde", b"OK\r\n>")
    assert peer.lines == [READ]


@pytest.mark.parametrize("first", [*HARMED, None])
async def test_a_part_that_came_to_harm_is_read_again(first: Answer) -> None:
    found, peer = await read(first, GOOD)
    assert found == b"abcde"
    assert peer.asked(READ) == [READ, READ]


async def test_three_times_is_enough() -> None:
    found, peer = await read(packet("ab") + END + OK)
    assert isinstance(found, ProtocolError)
    assert "5 bytes were asked for, 3 reads differ" in str(found)
    assert len(peer.asked(READ)) == 3


async def test_a_module_that_says_nothing() -> None:
    found, peer = await read(None)
    assert isinstance(found, CommandTimeout)
    assert len(peer.asked(READ)) == 3


async def test_a_module_that_refuses_is_not_asked_again() -> None:
    found, peer = await read(ERROR)
    assert isinstance(found, CommandFailed)
    assert peer.asked(READ) == [READ]


async def test_a_module_without_line_ends_is_believed_when_it_says_the_same_twice() -> None:
    found, peer = await read(packet("abcde") + END.lstrip() + OK)
    assert found == b"abcde"
    assert len(peer.asked(READ)) == 2
