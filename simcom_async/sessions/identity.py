"""Which module it is, and which dialect it speaks."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from simcom_async.at.command import Command, RawCommand
from simcom_async.at.dialect import Dialect
from simcom_async.commands.identity import GsmManufacturer, GsmModel, GsmRevision, GsmSerialNumber
from simcom_async.dialects import DIALECTS, GENERAL
from simcom_async.errors import CommandFailed, LinkError, ModemReplaced, ProtocolError, UsageError

if TYPE_CHECKING:
    from simcom_async.link.link import Link

__all__ = ["Identity", "chosen_dialect", "dialect_of", "identify_again", "read_identity"]

A = TypeVar("A")

_log = logging.getLogger(__name__)

_SHOWN = 200  # characters of what the module says, in an error
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a module says it is; empty where it does not say. ``product`` holds the lines of its answer to ATI."""

    manufacturer: str
    model: str
    revision: str
    imei: str
    product: tuple[str, ...] = ()


async def read_identity(link: Link) -> Identity:
    """Ask the module, with commands that every series has."""
    product = await _asked(link, RawCommand.of("I"))
    manufacturer = await _asked(link, GsmManufacturer())
    model = await _asked(link, GsmModel())
    revision = await _asked(link, GsmRevision())
    serial = await _asked(link, GsmSerialNumber())
    return Identity(
        manufacturer="" if manufacturer is None else manufacturer.text.strip(),
        model="" if model is None else model.text.strip(),
        revision="" if revision is None else revision.revision.strip(),
        imei="" if serial is None else serial.imei,
        product=product or (),
    )


async def identify_again(link: Link, before: Identity | None, url: str) -> Identity:
    """Ask the module. Raises ModemReplaced where it is another one than ``before``; then the port is closed.

    A modem that is bound by its card (``iccid:``) is wherever the card is.
    """
    now = await read_identity(link)
    if before is not None and not now.imei and before.product == now.product:
        now = replace(now, imei=before.imei)  # it did not say, which makes it no other
    if before is None or not before.imei or not now.imei or before.imei == now.imei or url.startswith("iccid:"):
        return now
    await link.drop("leads to another module")
    raise ModemReplaced(
        f"{url}: another module is there, with IMEI {now.imei} in the place of {before.imei}; "
        "to find a modem wherever it is plugged in open it as imei:...",
        port=url,
        before=before.imei,
        now=now.imei,
    )


def dialect_of(identity: Identity, port: str) -> Dialect:
    """The dialect whose series the module names, the longest name first. Raises LinkError when none does."""
    said = " ".join((*identity.product, identity.model)).upper()
    known = sorted((name, dialect) for dialect in _series() for name in dialect.habits.identity if name.upper() in said)
    if known:
        return max(known, key=lambda found: len(found[0]))[1]
    raise LinkError(
        f"{port}: the module says {said[:_SHOWN] or 'nothing'!r}, which no dialect knows; known are {_names()}: "
        "choose the closest with dialect=",
        port=port,
        seen=said[:_SHOWN].encode("ascii", "replace"),
    )


def chosen_dialect(dialect: Dialect | str) -> Dialect:
    """The dialect of a name. Raises UsageError for a name that is none."""
    if isinstance(dialect, Dialect):
        return dialect
    found = next((known for known in DIALECTS.values() if known.name == dialect), None)
    if found is None:
        raise UsageError(
            f"dialect: {dialect!r} is not known, allowed is {_names()}",
            field="dialect",
            value=dialect,
            allowed=_names(),
        )
    return found


def _series() -> list[Dialect]:
    return [dialect for dialect in DIALECTS.values() if dialect is not GENERAL]


def _names() -> str:
    return ", ".join(sorted(dialect.name for dialect in _series()))


async def _asked(link: Link, command: Command[A]) -> A | None:
    for _ in range(_ATTEMPTS):
        try:
            return await link.send(command)
        except CommandFailed:
            break
        except ProtocolError as error:
            _log.debug("a line of an answer was lost: %s", error)
    return None  # a module without this command is identified by the others
