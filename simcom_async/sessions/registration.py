"""Registration in the network and the attachment to packet service."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcom_async.commands.network import (
    CeregRead,
    CeregReport,
    CgregRead,
    CgregReport,
    CregRead,
    CregReport,
    EpsRegistrationState,
    Registration,
    SignalQualityRead,
)
from simcom_async.commands.packet import PacketService
from simcom_async.commands.topics import RegistrationChanged
from simcom_async.errors import CommandFailed, CommandTimeout, ProtocolError, ServiceFailed

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock

__all__ = ["READS", "NetworkRegistration", "Signal", "await_registration", "read_registration", "read_signal"]

#: What asks for the registration in each of the networks.
READS = (CregRead, CgregRead, CeregRead)
_REPORTS = (CregReport, CgregReport, CeregReport)
_GOOD = frozenset({Registration.HOME, Registration.ROAMING})
_POLL = 5.0  # seconds after which the module is asked again: an URC may have been lost
_UNKNOWN_RSSI = 99


@dataclass(frozen=True, slots=True)
class Signal:
    """Signal strength ``rssi`` as the module counts it (0 to 31), error rate class ``ber`` (0 to 7); None: unknown."""

    rssi: int | None
    ber: int | None

    @property
    def dbm(self) -> int | None:
        """The strength in dBm: 0 means -115 or less, 31 means -52 or more (SIM800 AT manual 3.2.35)."""
        if self.rssi is None:
            return None
        return {0: -115, 1: -111, 31: -52}.get(self.rssi, -114 + 2 * self.rssi)


@dataclass(frozen=True, slots=True)
class NetworkRegistration:
    """How the module is registered; ``area`` and ``cell`` in hexadecimal where the module tells them."""

    status: Registration
    area: str | None = None
    cell: str | None = None

    @property
    def registered(self) -> bool:
        """Whether the network serves the module, at home or roaming."""
        return self.status in _GOOD


async def read_signal(link: Link) -> Signal:
    """Ask for the signal strength."""
    quality = await link.send(SignalQualityRead())
    return Signal(*(None if value == _UNKNOWN_RSSI else value for value in (quality.rssi, quality.ber)))


async def read_registration(link: Link) -> NetworkRegistration:
    """Ask for the registration: the best of what the networks say that the dialect knows."""
    found = NetworkRegistration(Registration.UNKNOWN)
    for read in READS:
        if not link.dialect.speaks(read):
            continue
        try:
            state = await link.send(read())
        except (CommandFailed, ProtocolError):
            continue  # this network is not for this module
        if found.status is Registration.UNKNOWN or state.stat in _GOOD:
            area = state.tac if isinstance(state, EpsRegistrationState) else state.lac
            found = NetworkRegistration(Registration(state.stat), area, state.ci)
        if found.registered:
            break
    return found


async def await_registration(link: Link, clock: Clock, timeout: float) -> None:
    """Wait until the network serves the module, and attach to packet service.

    Raises CommandTimeout after ``timeout`` seconds, ServiceFailed when the network refuses the module until then.
    """
    until = clock.time() + timeout
    with link.bus.subscribe(RegistrationChanged, bound=16) as changes:
        found = await read_registration(link)
        if not found.registered:
            await _report(link)
        while not found.registered:
            left = until - clock.time()
            if left <= 0:
                raise await _late(link, found, timeout)
            with suppress(CommandTimeout):  # nothing was said: ask
                await changes.get(min(_POLL, left))
            found = await read_registration(link)
    if link.dialect.speaks(PacketService) and not (await link.send(PacketService.query())).state:
        await link.send(PacketService(state=1))


async def _report(link: Link) -> None:
    """Have the module tell of changes, so that nobody need ask in between."""
    for report in _REPORTS:
        if link.dialect.speaks(report):
            try:
                await link.send(report(mode=1))
            except CommandFailed:
                continue  # this network is not for this module


async def _late(link: Link, found: NetworkRegistration, timeout: float) -> CommandTimeout | ServiceFailed:
    signal = await read_signal(link)
    strength = "no signal is known" if signal.dbm is None else f"the signal is {signal.dbm} dBm"
    status = found.status.name.lower()
    if found.status is Registration.DENIED:
        remedy = "check the subscription of the card, and whether this network may be used"
        return ServiceFailed(
            f"the network refuses the module, {strength}: {remedy}",
            command="AT+CREG?",
            code=int(found.status),
            meaning="registration denied",
            remedy=remedy,
        )
    return CommandTimeout(
        f"not registered within {timeout} s: the module says {status} ({int(found.status)}), {strength}; "
        "check antenna, coverage and card",
        command="AT+CREG?",
        state=status,
        waited=timeout,
    )
