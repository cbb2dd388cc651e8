from __future__ import annotations

import pytest

from simcom_async.virtual.internet import (
    ConnectFailed,
    NameNotResolved,
    NetworkFailure,
    SilentServer,
    StackBusy,
    TlsAlert,
)
from simcom_async.virtual.mail_failure import (
    MailReason,
    Pop3Failure,
    Pop3Negative,
    Pop3Stage,
    SmtpFailure,
    SmtpStage,
    reason_of,
)


@pytest.mark.parametrize(
    ("failure", "before", "behind"),
    [
        (NameNotResolved(), MailReason.NAME, MailReason.NAME),
        (ConnectFailed(), MailReason.CONNECT, MailReason.CLOSED),
        (SilentServer(), MailReason.SILENT, MailReason.SILENT),
        (StackBusy(), MailReason.BUSY, MailReason.BUSY),
        (TlsAlert(), MailReason.TLS, MailReason.TLS),
    ],
)
def test_reasons(failure: NetworkFailure, before: MailReason, behind: MailReason) -> None:
    assert reason_of(failure, connected=False) is before
    assert reason_of(failure, connected=True) is behind


@pytest.mark.parametrize(
    ("stage", "reason", "unknown"),
    [
        (SmtpStage.ACCEPTANCE, MailReason.CLOSED, True),
        (SmtpStage.ACCEPTANCE, MailReason.SILENT, True),
        (SmtpStage.ACCEPTANCE, MailReason.GARBAGE, True),
        (SmtpStage.ACCEPTANCE, MailReason.REFUSED, False),
        (SmtpStage.CONTENT, MailReason.CLOSED, False),
    ],
)
def test_when_nobody_knows_whether_the_mail_was_taken(stage: SmtpStage, reason: MailReason, unknown: bool) -> None:
    assert SmtpFailure(stage, reason).unknown is unknown


def test_how_they_read() -> None:
    failure = SmtpFailure(SmtpStage.RECIPIENT, MailReason.REFUSED, "550 who?", recipient="a@b.c")
    assert str(failure) == "RCPT TO: the server refuses: 550 who?"
    assert (failure.code, failure.recipient) == (550, "a@b.c")
    assert SmtpFailure(SmtpStage.DATA, MailReason.CLOSED).code == 0
    assert str(Pop3Failure(Pop3Stage.READING, MailReason.SILENT)) == "reading: the server is silent"
    assert str(Pop3Failure(Pop3Stage.GREETING, MailReason.GARBAGE, "x")).endswith(": x")
    assert str(Pop3Negative(Pop3Stage.USER, "-ERR who?")) == "USER: -ERR who?"
