"""Bytes that are in no event are noticed."""

from __future__ import annotations

from tests.torture.tap import Life


def test_what_is_in_no_event_and_no_framing() -> None:
    life = Life(bytearray(b"\r\nOK\r\nxx\r\nRING\r\nun"), [(2, 4), (10, 14)])
    assert life.vanished() == b"xx"
    assert Life(life.received, [*life.covered, (6, 8)]).vanished() == b""
