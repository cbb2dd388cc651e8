import pytest

from simcom_async.errors import CommandFailed, UsageError

from .speech import Level, LevelRead, Work

OK = b"\r\nOK\r\n"


async def test_only_repeatable_commands_are_repeated(link, peer, clock, start):
    """Law 9."""
    with pytest.raises(UsageError, match="must not be repeated"):
        await link.send(Work(), retries=1)
    assert peer.news == b""
    sending = await start(link.send(LevelRead(), retries=2, timeout=3))
    await clock.run(3.1)
    peer.answers = {b"AT": OK, b"AT+LEVEL?": b"\r\n+LEVEL: 6\r\n\r\nOK\r\n"}
    assert await clock.run_until(sending, 20) == Level(value=6)
    assert peer.heard.count(b"AT+LEVEL?") == 2


async def test_an_error_that_repeating_does_not_mend_is_raised_at_once(link, peer, start):
    sending = await start(link.send(LevelRead(), retries=5))
    await peer.says(b"\r\nERROR\r\n")
    with pytest.raises(CommandFailed):
        await sending
    assert peer.heard.count(b"AT+LEVEL?") == 1
