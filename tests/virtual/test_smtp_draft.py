from __future__ import annotations

import pytest

from simcom_async.commands.smtp_settings import SmtpRecipientKind
from simcom_async.virtual.file_place import Place
from simcom_async.virtual.smtp_draft import Attached, Draft

TO, CC, BCC = SmtpRecipientKind.TO, SmtpRecipientKind.CC, SmtpRecipientKind.BCC


def draft() -> Draft:
    """One with all there can be."""
    return Draft(
        server="h",
        login=("u", "p"),
        sender=("a@b.c", "A"),
        recipients={
            (BCC, 0): ("bcc@b.c", ""),
            (TO, 1): ("two@b.c", "2"),
            (TO, 0): ("one@b.c", "1"),
            (CC, 0): ("one@b.c", "again"),
        },
        subject="s",
        body=b"b",
        charset="gb2312",
        attachments={1: Attached(Place("C", ("f",)), 7)},
    )


@pytest.mark.parametrize("missing", [{"server": ""}, {"sender": ("", "")}, {"recipients": {}}])
def test_what_a_mail_must_have(missing: dict[str, object]) -> None:
    whole = draft()
    assert whole.complete
    for name, value in missing.items():
        setattr(whole, name, value)
    assert not whole.complete


def test_every_recipient_is_told_once_by_kind_and_index() -> None:
    assert draft().envelope == ["one@b.c", "two@b.c", "bcc@b.c"]
    assert list(draft().addressed(TO)) == [("one@b.c", "1"), ("two@b.c", "2")]
    assert list(draft().addressed(CC)) == [("one@b.c", "again")]


def test_what_goes_with_a_mail_that_was_sent() -> None:
    sent = draft()
    sent.sent()
    assert sent == Draft(server="h", login=("u", "p"), sender=("a@b.c", "A"), charset="gb2312")
