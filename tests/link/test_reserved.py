"""While an answer of a mailbox is unread, the link keeps from the module what it would refuse (SIM900 e-mail 2.19)."""

import pytest

from simcom_async.at.command import RawCommand, Service
from simcom_async.commands.email_pop3 import EmailPop3Answer, EmailPop3Ended, EmailPop3Logout, EmailPop3OutCode
from simcom_async.commands.email_pop3_fetch import (
    EmailPop3Chunk,
    EmailPop3Fetched,
    EmailPop3Progress,
    EmailPop3Read,
    EmailPop3Retrieve,
)
from simcom_async.commands.general import At
from simcom_async.commands.network import SignalQuality, SignalQualityRead
from simcom_async.dialects import SIM900
from simcom_async.errors import CommandFailed, CommandTimeout
from simcom_async.link.queue import Priority

OK = b"\r\nOK\r\n"
QUALITY = b"\r\n+CSQ: 21,0\r\n" + OK
FETCHED = EmailPop3Fetched(answer=EmailPop3Answer.POSITIVE)


@pytest.fixture
def link(line):
    """The link, speaking the SIM900's dialect."""
    line[0].dialect = SIM900
    return line[0]


async def fetched(link, peer, start):
    """An answer waits to be read."""
    retrieving = await start(link.send(EmailPop3Retrieve(number=1)))
    await peer.says(OK, b"\r\n+POP3CMD: 1\r\n")
    assert await retrieving == FETCHED
    assert peer.news == b"AT+POP3CMD=4,1\r"


async def test_other_commands_wait_until_the_last_byte_is_read(link, peer, start):
    await fetched(link, peer, start)
    quality = await start(link.send(SignalQualityRead()))
    assert peer.news == b""
    first = await start(link.send(EmailPop3Read(length=5)))
    await peer.says(b"\r\n+POP3READ: 1,5\r\n+OK\r\n" + OK)
    assert await first == EmailPop3Chunk(progress=EmailPop3Progress.MORE, length=5)
    assert peer.news == b"AT+POP3READ=5\r"
    last = await start(link.send(EmailPop3Read()))
    await peer.says(b"\r\n+POP3READ: 2,3\r\n.\r\n")
    assert peer.news == b"AT+POP3READ=1460\r"
    await peer.says(OK)
    assert (await last).length == 3
    assert peer.news == b"AT+CSQ\r"
    await peer.says(QUALITY)
    assert await quality == SignalQuality(rssi=21, ber=0)


async def test_the_logout_is_taken_and_its_end_ends_it(link, peer, start):
    await fetched(link, peer, start)
    quality = await start(link.send(SignalQualityRead()))
    logout = await start(link.send(EmailPop3Logout()))
    await peer.says(OK)
    assert peer.news == b"AT+POP3OUT\r"
    await peer.says(b"\r\n+POP3OUT: 1\r\n")
    assert await logout == EmailPop3Ended(code=EmailPop3OutCode.LOGGED_OUT)
    assert peer.news == b"AT+CSQ\r"
    await peer.says(QUALITY)
    await quality


async def test_the_logout_whose_end_was_lost_ends_it_as_soon_as_that_is_known(link, peer, clock, start):
    await fetched(link, peer, start)
    quality = await start(link.send(SignalQualityRead()))
    logout = await start(link.send(EmailPop3Logout(), timeout=20))
    await peer.says(OK)
    await clock.run(21)
    with pytest.raises(CommandTimeout):
        await logout
    assert peer.news == b"AT+POP3OUT\r"
    link.forget(Service.POP3)
    await clock.settle()
    assert peer.news == b"AT+CSQ\r"
    await peer.says(QUALITY)
    await quality


async def test_the_module_giving_up_ends_it(link, peer, start):
    await fetched(link, peer, start)
    quality = await start(link.send(SignalQualityRead()))
    await peer.says(b"\r\n+POP3READ: 3,1460\r\n")
    assert peer.news == b""
    await peer.says(b"\r\n+POP3OUT: 69\r\n")
    assert peer.news == b"AT+CSQ\r"
    await peer.says(QUALITY)
    await quality


async def test_a_restart_ends_it(link, peer, start):
    await fetched(link, peer, start)
    await peer.says(b"\r\nRDY\r\n")
    quality = await start(link.send(SignalQualityRead()))
    assert peer.news == b"AT+CSQ\r"
    await peer.says(QUALITY)
    await quality


async def test_a_refused_question_reserves_nothing(link, peer, start):
    retrieving = await start(link.send(EmailPop3Retrieve(number=9)))
    await peer.says(OK, b"\r\n+POP3CMD: 0\r\n")
    assert (await retrieving).answer is EmailPop3Answer.NEGATIVE
    quality = await start(link.send(SignalQualityRead()))
    assert peer.news == b"AT+POP3CMD=4,9\rAT+CSQ\r"
    await peer.says(QUALITY)
    await quality


async def test_the_end_of_the_session_instead_of_an_answer_reserves_nothing(link, peer, start):
    retrieving = await start(link.send(EmailPop3Retrieve(number=1)))
    await peer.says(OK, b"\r\n+POP3OUT: 64\r\n")
    assert await retrieving == EmailPop3Ended(code=EmailPop3OutCode.TIMEOUT)
    quality = await start(link.send(SignalQualityRead()))
    assert peer.news == b"AT+POP3CMD=4,1\rAT+CSQ\r"
    await peer.says(QUALITY)
    await quality


async def test_basic_commands_and_raw_ones_are_not_held(link, peer, start):
    await fetched(link, peer, start)
    attention = await start(link.send(At()))
    await peer.says(OK)
    await attention
    raw = await start(link.send(RawCommand.of("AT+CSQ")))
    await peer.says(QUALITY)
    assert await raw == ("+CSQ: 21,0",)
    assert peer.news == b"AT\rAT+CSQ\r"


@pytest.mark.parametrize("command", [EmailPop3Read(), EmailPop3Logout()])
async def test_a_module_that_knows_nothing_of_it_ends_it(link, peer, start, command):
    await fetched(link, peer, start)
    quality = await start(link.send(SignalQualityRead()))
    refused = await start(link.send(command))
    await peer.says(b"\r\nERROR\r\n")
    with pytest.raises(CommandFailed):
        await refused
    assert peer.news.endswith(b"AT+CSQ\r")
    await peer.says(QUALITY)
    await quality


@pytest.mark.parametrize(
    ("came", "then"),
    [
        ("+POP3CMD: 0", b"AT+CSQ\r"),  # there is nothing to read
        ("+POP3OUT: 64", b"AT+CSQ\r"),
        ("+POP3CMD: 1", b""),
    ],
)
async def test_a_patient_question_waits_where_the_module_may_begin_to_refuse_it(link, peer, start, came, then):
    retrieving = await start(link.send(EmailPop3Retrieve(number=1)))
    patient = await start(link.send(SignalQualityRead(), priority=Priority.BACKGROUND))
    assert peer.news == b"AT+POP3CMD=4,1\r"
    await peer.says(OK)
    assert peer.news == b""
    await peer.says(b"\r\n%s\r\n" % came.encode())
    await retrieving
    assert peer.news == then
    if not then:
        reading = await start(link.send(EmailPop3Read()))
        await peer.says(b"\r\n+POP3READ: 2,3\r\n.\r\n" + OK)
        await reading
        assert peer.news == b"AT+POP3READ=1460\rAT+CSQ\r"
    await peer.says(QUALITY)
    assert await patient == SignalQuality(rssi=21, ber=0)


async def test_a_question_that_is_in_a_hurry_does_not(link, peer, start):
    retrieving = await start(link.send(EmailPop3Retrieve(number=1)))
    await peer.says(OK)
    asking = await start(link.send(SignalQualityRead()))
    assert peer.news == b"AT+POP3CMD=4,1\rAT+CSQ\r"
    await peer.says(QUALITY, b"\r\n+POP3CMD: 0\r\n")
    await asking
    await retrieving


async def test_a_patient_one_waits_while_the_end_of_that_work_is_not_known(link, peer, clock, start):
    retrieving = await start(link.send(EmailPop3Retrieve(number=1), timeout=20))
    await peer.says(OK)
    await clock.run(21)
    with pytest.raises(CommandTimeout):
        await retrieving
    patient = await start(link.send(SignalQualityRead(), priority=Priority.BACKGROUND))
    assert b"AT+CSQ" not in peer.news
    link.forget(Service.POP3)
    await clock.settle()
    assert peer.news == b"AT+CSQ\r"
    await peer.says(QUALITY)
    await patient
