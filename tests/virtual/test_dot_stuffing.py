from __future__ import annotations

import itertools

import pytest

from simcom_async.virtual.dot_stuffing import DotStuffing

CASES = [
    (b"", b".\r\n"),
    (b".", b"..\r\n.\r\n"),
    (b"a", b"a\r\n.\r\n"),
    (b"a\r\n", b"a\r\n.\r\n"),
    (b"a\n.b\rc\r\n..\n.", b"a\r\n..b\r\nc\r\n...\r\n..\r\n.\r\n"),
    (b"a\r", b"a\r\n.\r\n"),
    (b"\r\r\n\n.\r", b"\r\n\r\n\r\n..\r\n.\r\n"),
    (b".\r\n.\r\n", b"..\r\n..\r\n.\r\n"),
]


@pytest.mark.parametrize(("mail", "sent"), CASES)
def test_a_mail_at_once(mail: bytes, sent: bytes) -> None:
    stuffing = DotStuffing()
    assert stuffing.feed(mail) + stuffing.end() == sent


@pytest.mark.parametrize(("mail", "sent"), CASES)
def test_a_mail_cut_anywhere(mail: bytes, sent: bytes) -> None:
    for one, two in itertools.combinations_with_replacement(range(len(mail) + 1), 2):
        stuffing = DotStuffing()
        pieces = mail[:one], mail[one:two], mail[two:]
        assert b"".join(stuffing.feed(piece) for piece in pieces) + stuffing.end() == sent
