"""What was left undone is done in its order, once."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from simcom_async.errors import CommandFailed, PortLost, SimcomError
from simcom_async.sessions.debts import Debts

Work = Callable[[], Coroutine[Any, Any, None]]


def work(done: list[str], name: str, *errors: SimcomError) -> Work:
    """Work that fails so, and then is done."""
    failing = list(errors)

    async def do() -> None:
        if failing:
            raise failing.pop(0)
        done.append(name)

    return do


async def test_it_is_done_in_its_order_and_once() -> None:
    debts, done = Debts("memory"), list[str]()
    debts.owe(work(done, "first"))
    debts.owe(work(done, "second"))
    await debts.settle()
    await debts.settle()
    assert done == ["first", "second"]


async def test_what_is_refused_stays_undone_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    debts, done = Debts("memory"), list[str]()
    debts.owe(work(done, "first", CommandFailed("AT+X: ERROR")))
    debts.owe(work(done, "second"))
    await debts.settle()
    assert done == ["second"]
    assert "memory: what was left undone stays so: AT+X: ERROR" in caplog.text


async def test_what_fails_otherwise_is_owed_still() -> None:
    debts, done = Debts("memory"), list[str]()
    debts.owe(work(done, "first", PortLost("gone")))
    debts.owe(work(done, "second"))
    with pytest.raises(PortLost):
        await debts.settle()
    assert done == []
    await debts.settle()
    assert done == ["first", "second"]
