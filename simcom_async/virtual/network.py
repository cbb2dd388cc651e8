"""The modem's view of the network: signal, registration, operator, bearers; and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcom_async.at.message import Message, Urc
from simcom_async.at.setting import supported_values
from simcom_async.commands import network as messages
from simcom_async.commands.bearer import BearerRate, BearerStatus, BearerType, SapbrDeactivated
from simcom_async.commands.network import OperatorFormat, OperatorMode, Registration
from simcom_async.commands.network_application import AppNetworkDeactivated
from simcom_async.commands.socket_context import SocketProfile
from simcom_async.commands.topics import BearerLost
from simcom_async.ports.clock import Timer
from simcom_async.virtual.turn import Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "APPLICATION", "Bearer", "Network", "deactivated"]

ANSWERS = Answers()
#: The bearer of AT+CNACT and that of AT+CGSOCKCONT, which have no number.
APPLICATION = 0
_CLOSED_ADDRESS = "0.0.0.0"  # noqa: S104 - what the module prints for a closed bearer
_AREA, _CELL = "1A2B", "00C3"
_NUMERIC_OPERATOR = "00101"


@dataclass(slots=True)
class Bearer:
    """One bearer profile, and whether it is open."""

    contype: BearerType = BearerType.GPRS
    apn: str = ""
    user: str = ""
    password: str = ""
    phone: str = ""
    rate: BearerRate = BearerRate.BPS_9600
    status: BearerStatus = BearerStatus.CLOSED
    address: str = _CLOSED_ADDRESS
    timer: Timer | None = None

    @property
    def is_open(self) -> bool:
        """Whether data can go over it."""
        return self.status is BearerStatus.CONNECTED


class Network:
    """Coverage, registration and bearers of one module. What changes is said by the URCs that were asked for."""

    def __init__(self, modem: VirtualModem) -> None:
        self._modem = modem
        self._covered = True
        self._opened = 0
        self.bearers = {cid: Bearer() for cid in (APPLICATION, 1, 2, 3)}
        self.radio = True
        self.selected = True
        self.attached = True
        self.format = OperatorFormat.LONG
        self.reports: dict[Callable[..., Urc], int] = {}

    def shut(self) -> None:
        """The power is off: nothing happens any more."""
        for bearer in self.bearers.values():
            _cancel(bearer)

    @property
    def registration(self) -> Registration:
        """How the module is registered now."""
        if not self.radio or not self._modem.sim.usable or not self.selected:
            return Registration.IDLE
        return Registration.HOME if self._covered else Registration.SEARCHING

    @property
    def registered(self) -> bool:
        """Whether there is service."""
        return self.registration is Registration.HOME

    @property
    def rssi(self) -> int:
        """Signal strength as +CSQ has it; 99: none."""
        return self._modem.options.rssi if self._covered and self.radio else 99

    @property
    def operator(self) -> str:
        """The operator's name in the chosen format."""
        return _NUMERIC_OPERATOR if self.format is OperatorFormat.NUMERIC else self._modem.options.operator

    # Bearers

    def open_bearer(self, cid: int) -> None:
        """Open it. Raises Refused when it is open, or there is no service."""
        bearer = self.bearers[cid]
        if bearer.is_open or not self.registered or not self.attached:
            raise Refused
        self._opened += 1
        bearer.status = BearerStatus.CONNECTED
        bearer.address = f"10.{64 + cid}.{self._opened // 250 % 250}.{self._opened % 250 + 1}"
        lifetime = self._modem.options.bearer_lifetime
        if lifetime is not None:
            due = self._modem.clock.time() + lifetime
            bearer.timer = self._modem.clock.call_at(due, lambda: self.lose_bearer(cid))

    def close_bearer(self, cid: int) -> None:
        """Close it; what runs over it fails. Raises Refused when it is closed."""
        if not self.bearers[cid].is_open:
            raise Refused
        self._close(cid)

    def lose_bearer(self, cid: int) -> None:
        """The network releases it, and says so; nothing happens when it is closed.

        Where the services bring their context up by themselves there is but this one, and nothing is said of it.
        """
        if self._modem.dialect.speaks(SocketProfile):
            self._close(APPLICATION)
        elif self.bearers[cid].is_open:
            self._close(cid)
            self._modem.urc(deactivated(cid))

    def _close(self, cid: int) -> None:
        bearer = self.bearers[cid]
        _cancel(bearer)
        bearer.status, bearer.address = BearerStatus.CLOSED, _CLOSED_ADDRESS
        self._modem.internet.drop(cid)

    # Coverage and radio

    def lose_coverage(self) -> None:
        """Out of reach: searching, and the bearers are lost."""
        self._change(covered=False)

    def regain_coverage(self) -> None:
        """In reach again; bearers stay closed."""
        self._change(covered=True)

    def switch_radio(self, on: bool) -> None:
        """The radio is on, or off as in +CFUN 0 and 4."""
        before = self.registration
        self.radio = on
        self.changed(before)

    def select(self, on: bool) -> None:
        """Registered, or deregistered as by +COPS=2."""
        before = self.registration
        self.selected = on
        self.changed(before)

    def detach(self) -> None:
        """Away from packet service: the bearers are lost."""
        self.attached = False
        for cid in self.bearers:
            self.lose_bearer(cid)

    def _change(self, *, covered: bool) -> None:
        before = self.registration
        self._covered = covered
        self.changed(before)

    def changed(self, before: Registration) -> None:
        """Say that the registration is another than ``before``, to whom it concerns."""
        if self.registration is before:
            return
        if not self.registered:
            for cid in self.bearers:
                self.lose_bearer(cid)
            self._modem.calls.lose()
        for report, mode in self.reports.items():
            if mode:
                place = {"lac": _AREA, "ci": _CELL} if mode == 2 and self.registered else {}
                self._modem.urc(report(stat=self.registration, **place))


def deactivated(cid: int) -> BearerLost:
    """What the module says of a bearer that is no more."""
    if cid != APPLICATION:
        return SapbrDeactivated(cid=cid)
    return AppNetworkDeactivated()


def _cancel(bearer: Bearer) -> None:
    if bearer.timer is not None:
        bearer.timer.cancel()
        bearer.timer = None


@ANSWERS.to(messages.SignalQualityRead)
async def _signal(turn: Turn[messages.SignalQualityRead]) -> Message:
    return messages.SignalQuality(rssi=turn.modem.network.rssi, ber=0)


@ANSWERS.to(messages.CregReport)
async def _report_creg(turn: Turn[messages.CregReport]) -> None:
    turn.modem.network.reports[messages.CregChanged] = turn.command.mode or 0


@ANSWERS.to(messages.CgregReport)
async def _report_cgreg(turn: Turn[messages.CgregReport]) -> None:
    turn.modem.network.reports[messages.CgregChanged] = turn.command.mode or 0


@ANSWERS.to(messages.CeregReport)
async def _report_cereg(turn: Turn[messages.CeregReport]) -> None:
    turn.modem.network.reports[messages.CeregChanged] = turn.command.mode or 0


@ANSWERS.to(messages.CregRead)
async def _creg(turn: Turn[messages.CregRead]) -> Message:
    return _state(turn, messages.CregState, messages.CregChanged)


@ANSWERS.to(messages.CgregRead)
async def _cgreg(turn: Turn[messages.CgregRead]) -> Message:
    return _state(turn, messages.CgregState, messages.CgregChanged)


@ANSWERS.to(messages.CeregRead)
async def _cereg(turn: Turn[messages.CeregRead]) -> Message:
    return _state(turn, messages.CeregState, messages.CeregChanged)


@ANSWERS.to(messages.OperatorRead)
async def _operator(turn: Turn[messages.OperatorRead]) -> Message:
    network = turn.modem.network
    mode = OperatorMode.AUTOMATIC if network.selected else OperatorMode.DEREGISTER
    if not network.registered:
        return messages.Operator(mode=mode)
    return messages.Operator(mode=mode, format=network.format, operator=network.operator)


@ANSWERS.to(messages.OperatorScan)
async def _scan(turn: Turn[messages.OperatorScan]) -> Message:
    name = turn.modem.options.operator
    ways = supported_values(messages.OperatorScan).rpartition(",,")[2]
    values = f'(2,"{name}","{name}","{_NUMERIC_OPERATOR}"),,{ways}'
    return messages.OperatorList(values=values)


@ANSWERS.to(messages.OperatorSelect)
async def _select(turn: Turn[messages.OperatorSelect]) -> None:
    command, network = turn.command, turn.modem.network
    wanted = command.operator
    if wanted is not None and wanted not in (turn.modem.options.operator, _NUMERIC_OPERATOR):
        raise Refused(30)
    if command.format is not None:
        network.format = command.format
    if command.mode is not OperatorMode.FORMAT:
        network.select(command.mode is not OperatorMode.DEREGISTER)


def _state(
    turn: Turn[messages.CregRead] | Turn[messages.CgregRead] | Turn[messages.CeregRead],
    answer: type[messages.RegistrationState],
    report: Callable[..., Urc],
) -> Message:
    network = turn.modem.network
    mode = network.reports.get(report, 0)
    if mode == 2 and network.registered:
        return answer(mode=mode, stat=network.registration, lac=_AREA, ci=_CELL)
    return answer(mode=mode, stat=network.registration)
