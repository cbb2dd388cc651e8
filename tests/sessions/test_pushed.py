"""What a module pushes, until somebody reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.errors import ProtocolError
from simcom_async.modem import Modem
from simcom_async.ports.passing import PassingPort
from simcom_async.sessions.pushed import Pushed
from tests.sessions.peer import Peer, attached


class Unchecked(PassingPort):
    """A port on which the module cannot be made to wait."""

    flow_control = False  # type: ignore[assignment]


Ends = tuple[Peer, Modem]


@pytest.fixture
async def ends(request: pytest.FixtureRequest) -> AsyncIterator[Ends]:
    peer = Peer()
    if getattr(request, "param", True) is False:
        peer.host = Unchecked(peer.host)  # type: ignore[assignment]
    modem = await attached(peer)
    yield peer, modem
    await modem.aclose()


def test_what_came_is_taken_in_order_but_for_what_is_kept(ends: Ends) -> None:
    pushed = Pushed(ends[1].link, ProtocolError)
    for piece in (b"one ", b"two ", b"three"):
        pushed.put(piece)
    assert pushed.size == 13
    assert pushed.take(keep=5) == b"one two "
    assert pushed.size == 5
    assert pushed.take(keep=9) == b""
    assert (pushed.take(), pushed.take(), pushed.size) == (b"three", b"", 0)


async def test_a_module_that_can_be_made_to_wait_does_until_it_is_read(ends: Ends) -> None:
    peer, modem = ends
    pushed = Pushed(modem.link, ProtocolError)
    pushed.put(bytes(65_537))
    peer.say("\r\n+CREG: 1\r\n")
    assert peer.port.pending
    pushed.take()
    assert (await modem.at("+CSQ")) == ("+CSQ: 20,0",)
    pushed.put(bytes(65_537))
    pushed.close()
    assert (await modem.at("+CSQ")) == ("+CSQ: 20,0",)
    pushed.put(bytes(65_537))
    assert pushed.size == 0


@pytest.mark.parametrize("ends", [False], indirect=True)
async def test_where_it_cannot_too_much_is_an_error_by_name(ends: Ends) -> None:
    pushed = Pushed(ends[1].link, ProtocolError)
    pushed.put(bytes(1_048_576))
    with pytest.raises(ProtocolError, match="1048577 bytes wait unread, and without flow control"):
        pushed.put(b"x")
