import asyncio

import pytest

from simcom_async.at.command import Service
from simcom_async.errors import (
    CommandTimeout,
    PortLost,
    ServiceBusy,
)

from .speech import (
    Action,
    ActionDone,
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


async def test_whoever_watches_is_told_of_each_that_is_taken_or_given_back(link):
    seen = []
    link.watch_claims(lambda: seen.append(sorted(link.claimed)))
    with link.claim(Service.HTTP) as claim:
        with pytest.raises(ServiceBusy):
            link.claim(Service.HTTP)
        with link.claim(Service.FTP):
            pass
    claim.release()
    assert seen == [["http"], ["ftp", "http"], ["http"], []]


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


async def action(link, peer, start):
    """An action that is under way."""
    sending = await start(link.send(Action(method=0)))
    await peer.says(OK)
    return sending


async def test_while_the_holder_makes_the_module_wait_the_patience_with_a_completion_stands_still(
    link, peer, clock, start
):
    with link.claim(Service.HTTP) as claim:
        sending = await action(link, peer, start)
        claim.waiting = True
        assert claim.waiting
        await clock.run(500)
        claim.waiting = False
        await clock.run(10)
        await peer.says(b"\r\n+ACTION: 0,200\r\n")
        assert await sending == ActionDone(method=0, status=200)


async def test_and_begins_anew_when_it_waits_no_more(link, peer, clock, start):
    with link.claim(Service.HTTP) as claim:
        sending = await action(link, peer, start)
        await clock.run(25)
        claim.waiting = True
        claim.waiting = False
        await clock.run(30)
        assert not sending.done()
        await clock.run(31)
        with pytest.raises(CommandTimeout, match="completion limit"):
            await sending


@pytest.mark.parametrize("service", [Service.FTP, None])
async def test_another_holder_excuses_nothing(link, peer, clock, start, service):
    if service is not None:
        link.claim(service).waiting = True
    sending = await action(link, peer, start)
    await clock.run(31)
    with pytest.raises(CommandTimeout, match="completion limit"):
        await sending


async def test_what_was_given_up_is_in_doubt_until_it_is_settled(link, peer, clock, start):
    sending = await action(link, peer, start)
    sending.cancel()
    await clock.settle()
    settling = await start(link.settled(Service.HTTP, None))
    with pytest.raises(ServiceBusy):
        link.claim(Service.HTTP)
    await peer.says(OK)
    await clock.run(10)
    assert settling.done()
    link.claim(Service.HTTP).release()


async def test_work_of_which_nobody_will_hear_the_end_is_known(link, peer, clock, start):
    assert not link.left
    sending = await start(link.send(SendMail()))
    await peer.says(OK)
    await clock.run_until(link.drop("is closed by a test"), 5)
    with pytest.raises(PortLost):
        await sending
    assert link.left == {SendMail.wire.service}
    await link.open()
    assert link.left == {SendMail.wire.service}
    await peer.says(b"\r\nRDY\r\n")
    assert not link.left  # a module that has restarted goes on with nothing


async def test_work_that_was_given_up_while_the_port_went_is_known_as_well(link, peer, clock, start):
    sending = await start(link.send(SendMail()))
    await peer.says(OK)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await clock.run_until(link.drop("is closed by a test"), 5)
    assert link.left == {SendMail.wire.service}


async def test_work_that_is_taken_for_ended_may_go_on(link, peer, clock, start):
    sending = await start(link.send(SendMail()))
    await peer.says(OK)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    link.forget(SendMail.wire.service)
    assert link.left == {SendMail.wire.service}
    peer.answers = {b"AT": OK}
    await clock.run(10)
