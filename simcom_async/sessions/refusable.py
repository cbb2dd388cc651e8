"""A command that the module may refuse, where its refusal only says how things are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcom_async.errors import CommandFailed

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.link.link import Link

__all__ = ["taken"]


async def taken(link: Link, command: Command[Any]) -> bool:
    """Send it; whether the module took it. Other failures are raised."""
    try:
        await link.send(command)
    except CommandFailed:
        return False
    return True
