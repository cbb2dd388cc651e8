"""Why FTP work of a module has failed, in its own codes (SIM800 AT manual 12.2.14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from simcom_async.commands.ftp import FtpCode
from simcom_async.virtual import internet
from simcom_async.virtual.internet import NetworkFailure

__all__ = ["BoundlessReply", "Codes", "FtpFailure", "code_of"]

C = TypeVar("C")

#: Causes of the network by the module's own code, the most special first.
_CODES: tuple[tuple[type[NetworkFailure], FtpCode], ...] = (
    (internet.NameNotResolved, FtpCode.DNS_ERROR),
    (internet.SilentServer, FtpCode.TIMEOUT),
    (NetworkFailure, FtpCode.NETWORK_ERROR),
)


class FtpFailure(NetworkFailure):
    """The server has refused, or is not to be understood; ``reply`` is its code, or what there was instead."""

    def __init__(self, code: FtpCode, reply: str = "") -> None:
        self.code = code
        self.reply = reply
        super().__init__(f"{code.name}: {reply}")


class BoundlessReply(FtpFailure):
    """The server's reply is longer than a module can keep."""


@dataclass(frozen=True, slots=True)
class Codes(Generic[C]):
    """The codes of a family of its own: ``refusals`` by what the server has refused, ``causes`` of all else.

    The most special cause stands first, the last is any; without a network everything is ``network``.
    """

    refusals: Mapping[FtpCode, C]
    causes: tuple[tuple[type[Exception], C], ...]
    network: C

    def of(self, failure: Exception, *, up: bool) -> C:
        """The code of a failure; ``up``: there is a network still."""
        if not up:
            return self.network
        special = next(((cause, code) for cause, code in self.causes if isinstance(failure, cause)), None)
        if isinstance(failure, FtpFailure) and (special is None or not issubclass(special[0], FtpFailure)):
            return self.refusals[failure.code]
        assert special is not None  # noqa: S101 - the last cause is any
        return special[1]


def code_of(failure: NetworkFailure, *, bearer_open: bool) -> FtpCode:
    """The code that a module says; without a bearer everything is an error of the network."""
    if not bearer_open:
        return FtpCode.NETWORK_ERROR
    if isinstance(failure, FtpFailure):
        return failure.code
    return next(code for cause, code in _CODES if isinstance(failure, cause))
