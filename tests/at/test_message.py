"""Messages are frozen values; how they stand on the wire is data of their class."""

import pytest
from pydantic import ValidationError

from simcom_async.at.message import Counted, Line, Prompt, Reply, Spacing, Times, Urc
from tests.at import speech as s


def test_a_message_is_a_frozen_value() -> None:
    signal = s.Signal(rssi=1, ber=2)
    assert signal == s.Signal(rssi=1, ber=2)
    with pytest.raises(ValidationError, match="frozen"):
        signal.rssi = 3


def test_it_has_the_declared_fields_only() -> None:
    with pytest.raises(ValidationError, match="noise"):
        s.Signal(rssi=1, ber=2, noise=3)  # type: ignore[call-arg]


def test_one_that_answers_and_comes_by_itself_is_both() -> None:
    assert issubclass(s.Pin, Reply)
    assert issubclass(s.Pin, Urc)
    assert issubclass(s.Download, Prompt)
    assert not issubclass(s.Bearer, Reply)


def test_a_line_says_how_it_stands_on_the_wire() -> None:
    line = Line("+X", opens=Counted("length", 10), times=Times.MANY)
    assert (line.separator, line.spacing, line.documented, line.mark) == (",", Spacing(": ", ","), None, False)
    with pytest.raises(AttributeError):
        line.tag = "+Y"  # type: ignore[misc]
