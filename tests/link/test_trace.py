import logging

import pytest

from simcom_async.errors import (
    CommandTimeout,
)

from .speech import (
    Password,
    Work,
)

OK = b"\r\nOK\r\n"


async def test_secrets_stay_out_of_errors_and_logs(link, peer, clock, start, caplog):
    """Law 10."""
    secret = "hunter-two"
    with caplog.at_level(logging.DEBUG, "simcom_async.link"):
        sending = await start(link.send(Password(password=secret)))
        await peer.says(b'AT+PASS="hunt', b'er-two"\r\r\n')
        await clock.run(6)
        with pytest.raises(CommandTimeout) as caught:
            await sending
        peer.answers = {b"AT": OK}
        await clock.run(5)
        reading = await start(link.send(Password.query()))
        await peer.says(b'\r\n+PASS: "hunt', b'er-two"\r\n' + OK)
        assert (await reading).password.get_secret_value() == secret
        working = await start(link.send(Work()))
        await peer.says(OK)
        await working
    assert secret not in str(caught.value) + repr(caught.value.__dict__)
    assert caught.value.seen == b'AT+PASS="**********"\r\r\n'
    assert secret not in repr(link._schedule.operations())
    logged = caplog.text
    assert "hunt" not in logged
    assert "er-two" not in logged
    assert 'AT+PASS="**********"' in logged
    assert "RX b'\\r\\nOK\\r\\n'" in logged
