"""What every way of carrying an HTTP request has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from simcom_async.at.code import Code
from simcom_async.at.command import Command, Service
from simcom_async.at.dialect import Dialect
from simcom_async.errors import CommandFailed, HttpError
from simcom_async.sessions.http_request import HttpRequest
from simcom_async.sessions.http_response import ContentRange

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.network import NetworkSession

__all__ = ["PARTIAL_CONTENT", "HttpFlow", "check_place", "http_error", "refused_error"]

PARTIAL_CONTENT = 206


class HttpFlow(ABC):
    """One request on its way through one family of commands; made for it, and thrown away behind it.

    ``needs`` are the commands without which it cannot be taken, ``methods`` what it can ask for (None: anything),
    ``service`` what it claims, ``follows`` whether the module follows redirects by itself, ``conditional`` whether it
    can ask for a range of one version only (If-Range). ``status``, ``headers``
    (None: the family tells none) and ``length`` (bytes that ``read`` will give in all, None: not known) hold from
    ``begin`` on.
    """

    needs: ClassVar[tuple[type[Command[Any]], ...]]
    methods: ClassVar[tuple[str, ...] | None] = None
    schemes: ClassVar[tuple[str, ...]] = ("http", "https")
    service: ClassVar[Service] = Service.HTTP
    follows: ClassVar[bool] = False
    conditional: ClassVar[bool] = False

    status: int
    headers: Mapping[str, str] | None
    length: int | None

    @abstractmethod
    def __init__(self, attachment: Attachment, network: NetworkSession, request: HttpRequest) -> None:
        """A flow for this request."""

    @classmethod
    def speaks(cls, dialect: Dialect) -> bool:
        """Whether the dialect has the commands of this flow."""
        return all(dialect.speaks(command) for command in cls.needs)

    @classmethod
    def carries(cls, dialect: Dialect, request: HttpRequest) -> bool:
        """Whether it can carry this request in this dialect."""
        asked = cls.methods is None or request.method in cls.methods
        return asked and request.scheme in cls.schemes and cls.speaks(dialect)

    @classmethod
    def ability(cls) -> str:
        """What it can carry, for people."""
        methods = "any method" if cls.methods is None else ", ".join(sorted(cls.methods))
        return methods if len(cls.schemes) > 1 else f"{methods} over {cls.schemes[0]}"

    @abstractmethod
    async def prepare(self) -> None:
        """Open the body and build the commands, so that a wrong one raises UsageError before a byte is sent."""

    @abstractmethod
    async def begin(self, claim: Claim) -> None:
        """Ask the server, and learn how it answers; raises HttpError when the module could not do it."""

    @abstractmethod
    async def read(self) -> bytes:
        """The next bytes of the answer's body, empty at its end."""

    @abstractmethod
    async def end(self) -> None:
        """Leave the module as it was found, whatever happened; does not raise for what the module says."""

    async def release(self) -> None:  # noqa: B027 - most have opened nothing
        """Close what ``prepare`` has opened on this side."""


def http_error(request: HttpRequest, command: str | None, code: Code, remedy: str = "") -> HttpError:
    """The error of a result that no answer comes with; ``command`` is masked."""
    remedy = remedy or code.remedy
    return HttpError(
        f"{request.method} {request.url}: {int(code)}, {code.meaning}" + (f"; {remedy}" if remedy else ""),
        command=command,
        code=int(code),
        meaning=code.meaning,
        retry=code.retry,
        remedy=remedy,
    )


def refused_error(request: HttpRequest, error: CommandFailed, codes: type[Code]) -> HttpError:
    """The error of a command that the module has refused, with its code where it told one."""
    for code in codes:
        if error.code == code:
            return http_error(request, error.command, code)
    return HttpError(
        f"{request.method} {request.url}: {error}",
        command=error.command,
        code=error.code,
        meaning=error.meaning or "the module refused it, and does not say why",
        retry=error.retry,
        remedy=error.remedy,
    )


def check_place(request: HttpRequest, found: ContentRange, first: int) -> None:
    """Raise HttpError where a range begins elsewhere than at the byte that was asked for."""
    if found.first != first:
        raise HttpError(
            f"GET {request.url}: bytes from {first} on were asked for, those from {found.first} on came",
            code=PARTIAL_CONTENT,
            meaning="the server sent another range",
            remedy="fetch it without an offset",
        )
