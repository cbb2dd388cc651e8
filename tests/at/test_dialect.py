"""What a series speaks, what it refuses, and what changes at run time."""

from typing import Annotated

import pytest

from simcom_async.at.codec import compiled
from simcom_async.at.command import Change, Command, Form, RawCommand, Service, Syntax
from simcom_async.at.dialect import Dialect, Limit, Spelling, WireState
from simcom_async.at.fields import Range
from simcom_async.at.message import Line, Reply, Spacing
from simcom_async.at.setting import read_form
from simcom_async.errors import LimitExceeded, UnsupportedCommand
from tests.at import speech as s


class Claiming(Command[None]):
    """Claims a service."""

    wire = Syntax(name="+CLAIM", form=Form.WRITE, service=Service.HTTP)
    size: Annotated[int, Range(1, 1000)] | None = None


class EchoOn(Command[None]):
    """Echo."""

    wire = Syntax(name="E", form=Form.EXECUTE, basic=True, changes=(Change("echo", "value"),))
    value: int | None = None


class Rate(Command[None]):
    """Rate."""

    wire = Syntax(name="+IPR", form=Form.WRITE, changes=(Change("baud", "rate"), Change("cmee", value=2)))
    rate: int


NARROW = Dialect("narrow", (Claiming,), limits=(Limit(Claiming, "size", Range(1, 10)),))


def test_admission_knows_the_commands_and_their_narrowed_limits() -> None:
    NARROW.admit(Claiming(size=10))
    NARROW.admit(Claiming())
    NARROW.admit(RawCommand.of("+ANYTHING"))
    with pytest.raises(LimitExceeded, match="1 to 10"):
        NARROW.admit(Claiming(size=11))
    with pytest.raises(UnsupportedCommand, match=r"Query \(\+CSQ\) is not a command of the narrow dialect"):
        NARROW.admit(s.Query())
    s.SPEECH.admit(s.Port.query())


def test_what_it_carries() -> None:
    assert NARROW.services == {Service.HTTP}
    assert NARROW.speaks(Claiming)
    assert not NARROW.speaks(s.Query)
    assert s.SPEECH.speaks(read_form(s.Port))


def test_commands_that_succeeded_change_the_state() -> None:
    state = WireState()
    state.change(EchoOn(value=1))
    assert state.echo is True
    state.change(EchoOn())
    assert state.echo is False
    state.change(Rate(rate=9600))
    assert (state.baud, state.cmee) == (9600, 2)


def test_a_line_may_be_spelled_in_another_way() -> None:
    class Release(Reply):
        """A release."""

        wire = Line("Release", aliases=("+REL",), spacing=Spacing(colon=":"), documented=Spacing(colon="= "))
        number: int

    spoken = Dialect("spoken", (), spellings=(Spelling(Release, "+REL", Spacing(colon=":  ")),))
    message, entry = Release(number=5), compiled(Release)
    assert entry.encode(message) == b"Release:5"
    for documented in (False, True):
        assert entry.encode(message, documented=documented, spelled=spoken.spelled[Release]) == b"+REL:  5"
    assert entry.match(b"+REL:  5")
    assert s.SPEECH.spelled == {}
