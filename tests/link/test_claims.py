import pytest

from simcom_async.at.command import Service
from simcom_async.errors import (
    CommandTimeout,
    ServiceBusy,
)

from .speech import (
    Open,
    SendMail,
)

OK = b"\r\nOK\r\n"


async def test_a_claim_takes_a_service_until_its_end(link):
    with link.claim(Service.HTTP) as claim:
        with pytest.raises(ServiceBusy, match="http"):
            link.claim(Service.HTTP)
        link.claim(Service.FTP).release()
    claim.release()
    with link.claim(Service.HTTP):
        claim.release()
        with pytest.raises(ServiceBusy):
            link.claim(Service.HTTP)


async def test_services_that_the_dialect_excludes_exclude_each_other(link, peer):
    with link.claim(Service.POP3):
        with pytest.raises(ServiceBusy, match="smtp: not while pop3 is claimed"):
            link.claim(Service.SMTP)
        with pytest.raises(ServiceBusy, match=r"AT\+SEND: not while pop3 is claimed"):
            await link.send(SendMail())
    with link.claim(Service.SMTP), pytest.raises(ServiceBusy):
        link.claim(Service.POP3)
    assert peer.news == b""


async def test_other_services_work_while_one_is_unsettled(link, peer, clock, start):
    sending = await start(link.send(SendMail(), timeout=6))
    await peer.says(OK)
    await clock.run(7)
    with pytest.raises(CommandTimeout):
        await sending
    with pytest.raises(ServiceBusy):
        link.claim(Service.POP3)
    with link.claim(Service.HTTP):
        pass
    opening = await start(link.send(Open()))
    await peer.says(OK)
    await opening
