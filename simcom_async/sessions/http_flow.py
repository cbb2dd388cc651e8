"""What every way of carrying an HTTP request has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from simcom_async.sessions.http_request import HttpRequest

__all__ = ["HttpFlow"]


class HttpFlow(ABC):
    """One request on its way through one family of commands; made for it, and thrown away behind it.

    ``needs`` are the commands without which it cannot be taken, ``methods`` what it can ask for. ``status``,
    ``headers`` (None: the family tells none) and ``length`` (bytes that ``read`` will give in all, None: not known)
    hold from ``begin`` on.
    """

    needs: ClassVar[tuple[type[Command[Any]], ...]]
    methods: ClassVar[tuple[str, ...]]

    status: int
    headers: Mapping[str, str] | None
    length: int | None

    @classmethod
    def speaks(cls, dialect: Dialect) -> bool:
        """Whether the dialect has the commands of this flow."""
        return all(dialect.speaks(command) for command in cls.needs)

    @classmethod
    def carries(cls, dialect: Dialect, request: HttpRequest) -> bool:
        """Whether it can carry this request in this dialect."""
        return cls.speaks(dialect) and request.method in cls.methods

    @abstractmethod
    async def prepare(self) -> None:
        """Gather the body and build the commands, so that a wrong one raises UsageError before a byte is sent."""

    @abstractmethod
    async def begin(self) -> None:
        """Ask the server, and learn how it answers; raises HttpError when the module could not do it."""

    @abstractmethod
    async def read(self) -> bytes:
        """The next bytes of the answer's body, empty at its end."""

    @abstractmethod
    async def end(self) -> None:
        """Leave the module as it was found, whatever happened; does not raise for what the module says."""
