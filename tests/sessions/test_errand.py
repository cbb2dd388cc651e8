"""Work that goes on when nobody waits for it any more."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.errors import CommandTimeout, PortLost
from simcom_async.modem import Modem
from simcom_async.sessions.errand import Errand


async def test_its_result_and_its_error(modem: Modem) -> None:
    async def work() -> int:
        return 7

    async def fail() -> int:
        raise ZeroDivisionError

    errand = Errand(modem._attachment, work)
    assert [errand.done, await errand.result(), errand.done] == [False, 7, True]
    failing = Errand(modem._attachment, fail)
    await failing.over()
    with pytest.raises(ZeroDivisionError):
        await failing.result(1)
    assert await Errand(modem._attachment, work).result(1) == 7


async def test_it_goes_on_behind_a_cancellation_and_a_time_limit(modem: Modem) -> None:
    go = asyncio.Event()

    async def work() -> str:
        await go.wait()
        return "done"

    errand = Errand(modem._attachment, work)
    waiting = asyncio.ensure_future(errand.result())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(CommandTimeout, match=r"no end within 0\.01 s"):
        await errand.result(0.01)
    go.set()
    await errand.over()
    assert await errand.result() == "done"


@pytest.mark.parametrize("turns", [0, 1, 5])
async def test_closing_the_modem_ends_it(modem: Modem, turns: int) -> None:
    errand = Errand(modem._attachment, asyncio.Event().wait)
    for _ in range(turns):
        await asyncio.sleep(0)
    await modem.aclose()
    with pytest.raises(PortLost, match="was closed meanwhile"):
        await errand.result()
