"""Sending a command again: only what is declared to be repeatable (law 9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from simcom_async.errors import CommandFailed, CommandTimeout, UsageError

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.ports.clock import Clock

__all__ = ["repeated"]

A = TypeVar("A")


async def repeated(
    send: Callable[[], Awaitable[A]], command: Command[Any], retries: int, clock: Clock, pause: float
) -> A:
    """Sends up to ``retries`` times more while a further try may help, after ``pause`` seconds, which double.

    Raises UsageError for a command that must not be repeated.
    """
    if not command.wire.repeatable:
        raise UsageError(f"{command.masked} must not be repeated", field="retries", value=retries)
    while True:
        try:
            return await send()
        except (CommandTimeout, CommandFailed) as error:
            if not retries or (isinstance(error, CommandFailed) and not error.retry):
                raise
        retries -= 1
        await clock.sleep(pause)
        pause *= 2
