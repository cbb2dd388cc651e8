"""Why FTP work of a module has failed, in its own codes (SIM800 AT manual 12.2.14)."""

from __future__ import annotations

from simcom_async.commands.ftp import FtpCode
from simcom_async.virtual import internet
from simcom_async.virtual.internet import NetworkFailure

__all__ = ["FtpFailure", "code_of"]

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


def code_of(failure: NetworkFailure, *, bearer_open: bool) -> FtpCode:
    """The code that a module says; without a bearer everything is an error of the network."""
    if not bearer_open:
        return FtpCode.NETWORK_ERROR
    if isinstance(failure, FtpFailure):
        return failure.code
    return next(code for cause, code in _CODES if isinstance(failure, cause))
