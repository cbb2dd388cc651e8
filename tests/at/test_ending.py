"""Which messages end the work of a command, and what is reserved behind it."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Completion, Ending, Reservation
from simcom_async.commands.email_pop3 import EmailPop3Count, EmailPop3Logout
from simcom_async.commands.email_pop3_fetch import EmailPop3Read, EmailPop3Retrieve
from simcom_async.commands.ftp import FtpCode, FtpGet, FtpGetEvent
from simcom_async.commands.http import HttpAction, HttpActionResult, HttpMethod, HttpStatus


@pytest.mark.parametrize(
    ("ending", "ends"),
    [
        (Ending(FtpGetEvent), True),
        (Ending(FtpGetEvent, only=(("code", (0, 64)),)), True),
        (Ending(FtpGetEvent, only=(("code", (64,)),)), False),
        (Ending(FtpGetEvent, unless=(("code", (1,)),)), True),
        (Ending(FtpGetEvent, unless=(("code", (0,)),)), False),
    ],
)
def test_which_values_end_it(ending: Ending, ends: bool) -> None:
    assert ending.ends(FtpGet(), FtpGetEvent(code=FtpCode.DONE)) is ends


@pytest.mark.parametrize("method", HttpMethod)
def test_a_field_that_repeats_a_parameter(method: HttpMethod) -> None:
    message = HttpActionResult(method=HttpMethod.POST, status=HttpStatus.OK, length=0)
    ending = Ending(HttpActionResult, same=("method",))
    assert ending.ends(HttpAction(method=method), message) is (method is HttpMethod.POST)


def test_a_completion_may_depend_on_a_parameter() -> None:
    sometimes = Completion(endings=(Ending(FtpGetEvent),), when=(("method", (HttpMethod.GET,)),))
    assert sometimes.expected(HttpAction(method=HttpMethod.GET))
    assert not sometimes.expected(HttpAction(method=HttpMethod.POST))
    assert Completion(endings=(Ending(FtpGetEvent),)).expected(HttpAction(method=HttpMethod.POST))


def test_a_reservation_names_what_is_taken_and_what_ends_it() -> None:
    reserved = EmailPop3Retrieve.wire.reserves
    assert isinstance(reserved, Reservation)
    assert set(reserved.commands) == {EmailPop3Read, EmailPop3Logout}
    assert {ending.message.__name__ for ending in reserved.endings} == {"EmailPop3Chunk", "EmailPop3Ended"}
    assert EmailPop3Count.wire.reserves is None
