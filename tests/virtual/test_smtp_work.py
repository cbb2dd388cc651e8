from __future__ import annotations

import pytest

from simcom_async.commands.smtp import SmtpCode
from simcom_async.virtual.mail_failure import MailReason, SmtpFailure, SmtpStage
from simcom_async.virtual.smtp_work import code_of

AFTER = [stage for stage in SmtpStage if stage is not SmtpStage.CONNECT]
WORDS = {MailReason.AUTH_REQUIRED: SmtpCode.AUTH_REQUIRED, MailReason.AUTH_FAILED: SmtpCode.AUTH_ERROR}


@pytest.mark.parametrize("reason", MailReason)
def test_the_code_of_every_failure(reason: MailReason) -> None:
    assert code_of(SmtpFailure(SmtpStage.CONNECT, reason), network=True) is SmtpCode.NETWORK_ERROR
    for stage in AFTER:
        failure = SmtpFailure(stage, reason)
        assert code_of(failure, network=True) is WORDS.get(reason, SmtpCode.SERVER_ERROR)
        assert code_of(failure, network=False) is SmtpCode.NETWORK_ERROR
