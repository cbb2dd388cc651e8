"""Which spelling a module has is asked once."""

from __future__ import annotations

import pytest

from simcom_async.commands.chttps import ChttpsFlush, ChttpsSend, ChttpsSendRead, ChttpsStart
from simcom_async.sessions.spelling import learn_spelling
from tests.sessions.chttp_peer import ChttpPeer, talk
from tests.sessions.peer import ERROR, OK, Answer, text

REAL, DOCUMENTED = "AT+CHTTPSSEND=?", "AT+CHTTPSEND=?"


@pytest.mark.parametrize(
    ("answers", "asked", "name"),
    [
        ({}, [REAL], "AT+CHTTPSSEND"),
        ({REAL: OK}, [REAL], "AT+CHTTPSSEND"),
        ({REAL: ERROR, DOCUMENTED: text("+CHTTPSEND: (1-4096)")}, [REAL, DOCUMENTED], "AT+CHTTPSEND"),
        ({REAL: ERROR, DOCUMENTED: ERROR}, [REAL, DOCUMENTED], "AT+CHTTPSSEND"),
    ],
)
async def test_it_is_asked_once_and_used_in_every_form(answers: dict[str, Answer], asked: list[str], name: str) -> None:
    peer = ChttpPeer(**answers)
    peer.on(f"{name}?", text(f"{name[2:]}: 5"))
    peer.on(name, f"{OK}\r\n{name[2:]}: 0\r\n")
    async with talk(peer) as at:
        link = at.modem.link
        for _ in range(2):
            await at.clock.run_until(learn_spelling(link, ChttpsSend), 60)
        assert peer.lines == asked
        unsent = await at.clock.run_until(link.send(ChttpsSendRead()), 60)
        assert unsent.unsent == 5
        await at.clock.run_until(link.send(ChttpsFlush()), 60)
        assert peer.lines == [*asked, f"{name}?", name]


async def test_of_a_command_with_one_spelling_nothing_is_asked() -> None:
    async with talk(ChttpPeer()) as at:
        await learn_spelling(at.modem.link, ChttpsStart)
        assert at.peer.lines == []
