"""The options that several commands share."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from simcom_async.at.dialect import Dialect
    from simcom_async.modem import Modem
    from simcom_async.ports.port import Port

__all__ = ["Target", "json_option", "modem_options", "verbose_option"]

P = ParamSpec("P")
R = TypeVar("R")

_MODEM = (
    click.option(
        "--port",
        envvar="SIMCOM_PORT",
        show_envvar=True,
        required=True,
        metavar="URL",
        help="The modem: a device file or PTY, COM3, tcp://HOST:PORT, imei:DIGITS, iccid:DIGITS or usb:SERIAL "
        "(with ?ports=GLOB), or virtual:sim800.",
    ),
    click.option("--baud", type=int, default=115200, show_default=True, help="Rate of a serial port in bit/s."),
    click.option("--dialect", metavar="NAME", help="What it speaks; without it the module is asked."),
    click.option("--apn", envvar="SIMCOM_APN", show_envvar=True, metavar="NAME", help="Access point name."),
    click.option("--apn-user", envvar="SIMCOM_APN_USER", show_envvar=True, metavar="NAME", help="User of the APN."),
    click.option(
        "--apn-password",
        envvar="SIMCOM_APN_PASSWORD",
        show_envvar=True,
        metavar="TEXT",
        help="Password of the APN; the environment keeps it out of the process list.",
    ),
    click.option(
        "--pin",
        envvar="SIMCOM_PIN",
        show_envvar=True,
        metavar="PIN",
        help="PIN of the SIM; the environment keeps it out of the process list.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which modem, and what it needs to go on the network."""

    url: str
    baud: int
    dialect: str | None
    apn: str | None
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)
    pin: str | None = field(repr=False)

    @property
    def spoken(self) -> Dialect:
        """The dialect that was named, or what applies before a module is identified. Raises UsageError."""
        from simcom_async.dialects import GENERAL
        from simcom_async.sessions.identity import chosen_dialect

        return GENERAL if self.dialect is None else chosen_dialect(self.dialect)

    def open(self, port: Port | None = None) -> AbstractAsyncContextManager[Modem]:
        """The modem, for ``async with``; on ``port`` where that is given."""
        from simcom_async.modem import open_modem

        return open_modem(
            self.url if port is None else port,
            baud=self.baud,
            dialect=self.dialect,
            apn=self.apn,
            user=self.user,
            password=self.password,
            pin=self.pin,
        )


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def verbose_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add -v and -vv: what is going on, on stderr (-vv: every line to and from the module, secrets masked)."""
    option = click.option(
        "-v", "--verbose", count=True, expose_value=False, callback=_log, help="Log to stderr; -vv: each line."
    )
    return option(function)


def modem_options(function: Callable[..., R]) -> Callable[..., R]:
    """Add the options that name a modem; the function gets them as ``target``."""

    @functools.wraps(function)
    def called(*arguments: Any, port: str, apn_user: str | None, apn_password: str | None, **named: Any) -> R:
        own = {name: named.pop(name) for name in ("baud", "dialect", "apn", "pin")}
        target = Target(url=port, user=apn_user, password=apn_password, **own)
        return function(*arguments, target=target, **named)

    for option in reversed(_MODEM):
        called = option(called)
    return verbose_option(called)


def _log(ctx: click.Context, parameter: click.Parameter, count: int) -> None:
    if not count or ctx.resilient_parsing:
        return
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    logger = logging.getLogger("simcom_async")
    logger.handlers[:] = [output]
    logger.setLevel(logging.INFO if count == 1 else logging.DEBUG)
