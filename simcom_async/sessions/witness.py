"""What the verbs of a session raise carries the traffic that led to it, wherever on the way it was raised."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from simcom_async.errors import SimcomError

if TYPE_CHECKING:
    from simcom_async.link.link import Link

__all__ = ["witnessed"]

K = TypeVar("K", bound=type)

_ENTRANCES = frozenset({"__aenter__", "__aexit__", "__anext__"})


def witnessed(link: str) -> Callable[[K], K]:
    """Class decorator: errors that leave a coroutine of the class, a public one or ``async with`` and ``async for``.

    ``link`` is the attribute by which the class holds its Link, with dots.
    """
    find: Callable[[object], Link] = attrgetter(link)

    def decorate(kind: K) -> K:
        for name, member in [*vars(kind).items()]:
            if iscoroutinefunction(member) and (name in _ENTRANCES or not name.startswith("_")):
                setattr(kind, name, _verb(member, find))
        return kind

    return decorate


def _verb(member: Callable[..., Awaitable[Any]], find: Callable[[object], Link]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(member)
    async def verb(self: object, *arguments: Any, **named: Any) -> Any:
        try:
            return await member(self, *arguments, **named)
        except SimcomError as error:
            find(self).attest(error)
            raise

    return verb
