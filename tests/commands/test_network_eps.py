"""Literal lines of the SIM7000 AT manual V1.06 6.2.7 and of 3GPP TS 27.007 10.1.22."""

from __future__ import annotations

import pytest

from simcom_async.commands.network import CeregChanged, CeregRead, CeregState, EpsRegistrationState, Registration
from simcom_async.commands.network_eps import EpsRegistrationChanged
from simcom_async.commands.topics import RegistrationChanged
from simcom_async.dialects import SIM7000
from tests.commands.spoken import answer, urc


@pytest.mark.parametrize(
    ("said_line", "message"),
    [
        ("+CEREG: 1", CeregChanged(stat=Registration.HOME)),
        (
            '+CEREG: 5,"5A14","9D2A507",7',
            CeregChanged(stat=Registration.ROAMING, lac="5A14", ci="9D2A507", access=7),
        ),
        (
            '+CEREG: 1,"5A14","1C","9D2A507",7',
            EpsRegistrationChanged(stat=Registration.HOME, tac="5A14", rac="1C", ci="9D2A507", access=7),
        ),
        (
            '+CEREG: 1,"5A14",,"9D2A507",9',
            EpsRegistrationChanged(stat=Registration.HOME, tac="5A14", rac="", ci="9D2A507", access=9),
        ),
        (
            '+CEREG: 1,"5A14","1C","9D2A507",7,,,"00000010","01000111"',
            EpsRegistrationChanged(
                stat=Registration.HOME,
                tac="5A14",
                rac="1C",
                ci="9D2A507",
                access=7,
                active_time="00000010",
                periodic_tau="01000111",
            ),
        ),
    ],
)
def test_a_registration_that_has_changed(said_line: str, message: RegistrationChanged) -> None:
    assert urc(said_line, SIM7000) == message


def test_the_answer_to_a_query_is_no_change() -> None:
    assert answer(CeregRead(), "+CEREG: 0,1") == CeregState(mode=0, stat=Registration.HOME)
    assert answer(CeregRead(), '+CEREG: 2,1,"5A14","9D2A507",7') == CeregState(
        mode=2, stat=Registration.HOME, lac="5A14", ci="9D2A507", access=7
    )


@pytest.mark.parametrize(
    ("said_line", "state"),
    [
        (
            '+CEREG: 2,1,"5A14","1C","9D2A507",7',
            EpsRegistrationState(mode=2, stat=Registration.HOME, tac="5A14", rac="1C", ci="9D2A507", access=7),
        ),
        (
            '+CEREG: 4,5,"5A14",,"9D2A507",9,,,"00000010","01000111"',
            EpsRegistrationState(
                mode=4,
                stat=Registration.ROAMING,
                tac="5A14",
                rac="",
                ci="9D2A507",
                access=9,
                active_time="00000010",
                periodic_tau="01000111",
            ),
        ),
    ],
)
def test_the_answer_to_a_query_may_have_a_routing_area(said_line: str, state: EpsRegistrationState) -> None:
    assert answer(CeregRead(), said_line) == state
