from __future__ import annotations

import pytest

from simcom_async.commands.smtp import SmtpCode
from simcom_async.sites import SmtpSite
from simcom_async.virtual.mail_failure import MailReason, SmtpFailure, SmtpStage
from simcom_async.virtual.smtp_work import Sending, code_of
from simcom_async.virtual.turn import Operation
from tests.virtual.client import until
from tests.virtual.mail_host import hosting

AFTER = [stage for stage in SmtpStage if stage is not SmtpStage.CONNECT]
WORDS = {MailReason.AUTH_REQUIRED: SmtpCode.AUTH_REQUIRED, MailReason.AUTH_FAILED: SmtpCode.AUTH_ERROR}


@pytest.mark.parametrize("reason", MailReason)
def test_the_code_of_every_failure(reason: MailReason) -> None:
    assert code_of(SmtpFailure(SmtpStage.CONNECT, reason), network=True) is SmtpCode.NETWORK_ERROR
    for stage in AFTER:
        failure = SmtpFailure(stage, reason)
        assert code_of(failure, network=True) is WORDS.get(reason, SmtpCode.SERVER_ERROR)
        assert code_of(failure, network=False) is SmtpCode.NETWORK_ERROR


async def test_a_mail_that_was_stopped_before_its_turn_says_nothing() -> None:
    site = SmtpSite()
    async with hosting(site) as (virtual, host):
        await host.write_mail()
        service = virtual.smtp
        work = service.work = Sending(service, service.client())
        assert await work.begin() is None
        assert work.begun
        assert work.stop()
        await work.run(Operation(virtual, work.run))
        await until(lambda: virtual.internet.count == 0)
        await host.silent()
        assert service.work is None
    assert site.mails == []
