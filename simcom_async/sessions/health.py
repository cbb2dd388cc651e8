"""How a modem is doing: what is counted, heard and told anyway, in one value, and a verdict in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from simcom_async.at.event import Event
from simcom_async.commands.network import EpsRegistrationState, Registration, RegistrationState, SignalQuality
from simcom_async.commands.topics import ModuleBooted, RegistrationChanged
from simcom_async.link.condition import LinkChanged
from simcom_async.sessions.life_cycle import Booting, Busy, Closed, LifeCycle, Lost, Ready, Suspect
from simcom_async.sessions.registration import NetworkRegistration, Signal

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock

__all__ = ["Health", "HealthChanged", "Vitals"]

#: Fewer commands than this make no rate that says anything.
_FEW = 20
_MANY_TIMEOUTS, _MANY_FAILURES = 0.1, 0.5
_IN_A_ROW = 3
_WEAK = -105  # dBm: rssi 4 and less, at which transfers break off
_UNKNOWN_RSSI = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a modem was doing at one moment.

    ``state``: where it is in its life. ``heard``, ``signal_age``: seconds since anything was received, and since the
    module told its signal; None: never. ``consecutive_timeouts``: commands in a row without an answer.
    ``timeout_rate``, ``failure_rate``: shares, 0 to 1, of the last 100 commands that got none, or an error. ``signal``
    in dBm and ``registration``: as told last, None: not since the module has started. ``restarts`` of the module and
    ``losses`` of the port happened since the modem was made, ``recoveries`` are how often it was ready again after
    something. ``noise``: lines received that were none of AT.
    """

    state: LifeCycle
    heard: float | None
    commands: int
    consecutive_timeouts: int
    timeout_rate: float
    failure_rate: float
    signal: int | None
    signal_age: float | None
    registration: Registration | None
    restarts: int
    losses: int
    recoveries: int
    noise: int

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against using it."""
        return not self.reasons

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks against it, in plain words; the numbers are in the fields."""
        registered = self.registration is None or NetworkRegistration(self.registration).registered
        rated = self.commands >= _FEW
        found = {
            f"the modem is {type(self.state).__name__.lower()}": not isinstance(self.state, Ready | Busy),
            "several commands in a row were not answered": self.consecutive_timeouts >= _IN_A_ROW,
            "many of the last commands were not answered": rated and self.timeout_rate > _MANY_TIMEOUTS,
            "most of the last commands were refused": rated and self.failure_rate > _MANY_FAILURES,
            "the signal is weak": self.signal is not None and self.signal < _WEAK,
            f"not registered: {self._told}": not registered,
        }
        return tuple(reason for reason, speaks in found.items() if speaks)

    @property
    def _told(self) -> str:
        return "" if self.registration is None else self.registration.name.lower().replace("_", " ")


class HealthChanged(Event):
    """The verdict on a modem is another one than before: the reasons in ``health`` have changed."""

    kind: ClassVar[str] = "health"
    lasting: ClassVar[bool] = True
    __slots__ = ("health",)

    def __init__(self, health: Health) -> None:
        self.health = health

    def __repr__(self) -> str:
        return f"HealthChanged({'; '.join(self.health.reasons) or 'ok'})"


class Vitals:
    """Notes what a module tells of itself, whoever has asked, and publishes each change of the verdict.

    It sends nothing: what nobody asks for becomes old.
    """

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._state: LifeCycle = Closed("it has not been opened")
        self._signal: int | None = None
        self._measured = 0.0
        self._networks: dict[str, Registration] = {}
        self._recoveries = 0
        self._ill = False
        self._told = self.health.reasons
        link.bus.on(LifeCycle, self._lives)
        link.bus.on(LinkChanged, self.judge)
        link.bus.on(ModuleBooted, self._forget)
        link.bus.on(SignalQuality, self._measure)
        link.bus.on(RegistrationState, self._register)
        link.bus.on(EpsRegistrationState, self._register)
        link.bus.on(RegistrationChanged, self._register)

    @property
    def health(self) -> Health:
        """How the modem is doing now."""
        tally, now = self._link.tally, self._clock.time()
        return Health(
            state=self._state,
            heard=None if tally.last_heard is None else now - tally.last_heard,
            commands=tally.commands,
            consecutive_timeouts=tally.consecutive_timeouts,
            timeout_rate=tally.timeout_rate,
            failure_rate=tally.failure_rate,
            signal=self._signal,
            signal_age=None if self._signal is None else now - self._measured,
            registration=self._registration,
            restarts=tally.restarts,
            losses=tally.losses,
            recoveries=self._recoveries,
            noise=tally.noise,
        )

    def judge(self, _: object = None) -> None:
        """Publish the health where the verdict is another one than last time."""
        health = self.health
        if health.reasons != self._told:
            self._told = health.reasons
            self._link.bus.publish(HealthChanged(health))

    @property
    def _registration(self) -> Registration | None:
        """The best that the networks have told of which the module knows."""
        told = list(self._networks.values())
        served = [state for state in told if NetworkRegistration(state).registered]
        return next(iter(served or told), None)

    def _lives(self, state: LifeCycle) -> None:
        self._state = state
        if isinstance(state, Lost | Suspect | Booting):
            self._ill = True
        elif isinstance(state, Ready | Busy):
            self._recoveries += self._ill
            self._ill = False
        if isinstance(state, Lost):
            self._forget()
        self.judge()

    def _forget(self, _: object = None) -> None:
        """The module has started, or may have while nobody listened: nothing of what it told is known to hold."""
        self._signal = None
        self._networks.clear()

    def _measure(self, quality: SignalQuality) -> None:
        rssi = None if quality.rssi == _UNKNOWN_RSSI else quality.rssi
        self._signal, self._measured = Signal(rssi, None).dbm, self._clock.time()
        self.judge()

    def _register(self, told: Any) -> None:
        self._networks[type(told).wire.tag] = Registration(told.stat)
        self.judge()
