"""What AT alone does not show: work that does not end, commands without an answer, a network out of reach."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Service
from simcom_async.commands.network import Registration
from simcom_async.commands.topics import ModuleBooted, RegistrationChanged
from simcom_async.link.condition import Condition, LinkChanged, ServiceSettled, ServiceUnsettled
from simcom_async.link.layer import Layer
from simcom_async.sessions.recovery_policy import Trouble
from simcom_async.sessions.registration import READS
from simcom_async.sessions.sim_watch import SimRemoved

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.link.subscription import Listener
    from simcom_async.ports.clock import Clock, Timer
    from simcom_async.sessions.recovery_policy import RecoveryPolicy

__all__ = ["Calm", "Troubles"]

_REGISTERED = (Registration.HOME, Registration.ROAMING)


class _Sign(Enum):
    """By what a trouble is noticed."""

    BEARER = "the bearer cannot be opened"
    REGISTRATION = "the registration is lost"
    TIMEOUTS = "commands time out in a row"
    UNSETTLED = "work that was given up does not end"


_TROUBLES = {
    _Sign.BEARER: Trouble.OFFLINE,
    _Sign.REGISTRATION: Trouble.OFFLINE,
    _Sign.TIMEOUTS: Trouble.STUCK,
    _Sign.UNSETTLED: Trouble.STUCK,
}
_GONE = (Condition.CLOSED, Condition.LOST)
#: Time-outs are in a row when at most so many commands were written for each: those of the link itself are among them.
_COMMANDS_A_TIMEOUT = 10
_CALMER = 2
_CALMEST = 16

Key = _Sign | tuple[Service, str]


class Calm:
    """The time between two layers that disturb whoever uses the module: twice as long after each, up to sixteen times.

    When none was needed for that long it is short again.
    """

    def __init__(self, clock: Clock, policy: RecoveryPolicy) -> None:
        self._clock = clock
        self._shortest = self._seconds = policy.calm
        self._until: float | None = None

    def over(self) -> bool:
        """Whether such a layer may be taken again; if so it is, and the time begins anew."""
        now = self._clock.time()
        if self._until is not None:
            if now < self._until:
                return False
            if now > self._until + self._shortest * _CALMEST:
                self.reset()
        self._until = now + self._seconds
        self._seconds = min(self._seconds * _CALMER, self._shortest * _CALMEST)
        return True

    def reset(self) -> None:
        """All is well: from the next one on the times are short again."""
        self._seconds = self._shortest


class Troubles:
    """Watches one module that answers AT, and has ``demand`` called with the layer that is due, and why.

    Each time a trouble comes again the layer that follows in its ladder is due, and the last one for ever, with the
    policy's calm in between. A trouble that is over, or long ago, begins anew with the first. What the link does by
    itself is left to it.
    """

    def __init__(
        self,
        link: Link,
        clock: Clock,
        policy: RecoveryPolicy,
        calm: Calm,
        there: Callable[[Layer], bool],
        demand: Callable[[Layer, str], None],
    ) -> None:
        self._link = link
        self._clock = clock
        self._policy = policy
        self._demand = demand
        self._ladders = {
            trouble: [layer for layer in policy.ladder(trouble) if layer > Layer.REOPEN and there(layer)]
            for trouble in Trouble
        }
        self._rungs = dict.fromkeys(_Sign, 0)
        self._told_at = dict.fromkeys(_Sign, 0.0)
        self._calm = calm
        self._failures = 0
        self._timeouts: deque[int] = deque(maxlen=policy.timeouts)
        self._timers: dict[Key, Timer] = {}
        self._registered = False
        bus = link.bus
        self._watches: tuple[Listener[Any], ...] = (
            bus.on(LinkChanged, self._changed),
            bus.on(ServiceUnsettled, lambda event: self._arm((event.service, event.command), policy.unsettled)),
            bus.on(ServiceSettled, lambda event: self._disarm((event.service, event.command))),
            bus.on(RegistrationChanged, self._heard_of_network),
            *(bus.on(reply, self._heard_of_network) for read in READS for reply in read.wire.replies),
            bus.on(SimRemoved, lambda _: self._disarm(_Sign.REGISTRATION)),
            bus.on(ModuleBooted, lambda _: self._forget()),
        )

    def bearer_failed(self, why: str) -> None:
        """The bearer could not be opened."""
        self._failures += 1
        if self._failures >= self._policy.bearer_failures:
            self._failures = 0
            self._trouble(_Sign.BEARER, why)

    def bearer_opened(self) -> None:
        """The network is within reach."""
        self._failures = 0
        self._over(_Sign.BEARER)

    def close(self) -> None:
        """Watch no more."""
        self._forget()
        for watch in self._watches:
            watch.close()

    def _trouble(self, sign: _Sign, why: str) -> None:
        """Go on to the next layer of a ladder, where it is calm enough."""
        trouble, now = _TROUBLES[sign], self._clock.time()
        ladder = self._ladders[trouble]
        if ladder and self._calm.over():
            old = now - self._told_at[sign] > 2 * _CALMEST * self._policy.calm
            rung = 0 if old else self._rungs[sign]
            self._rungs[sign], self._told_at[sign] = min(rung + 1, len(ladder) - 1), now
            self._demand(ladder[rung], f"{trouble.value}: {why}")

    def _over(self, sign: _Sign) -> None:
        if self._rungs[sign]:
            self._rungs[sign] = 0
            self._calm.reset()

    def _changed(self, event: LinkChanged) -> None:
        if event.condition in _GONE:
            self._forget()
        elif event.silent:
            self._timeouts.append(self._link.tally.commands)
            written = self._timeouts[-1] - self._timeouts[0]
            if len(self._timeouts) == self._policy.timeouts and written <= _COMMANDS_A_TIMEOUT * len(self._timeouts):
                self._timeouts.clear()
                self._trouble(_Sign.TIMEOUTS, f"{self._policy.timeouts} commands in a row timed out, {event.reason}")

    def _heard_of_network(self, change: Any) -> None:
        """Lost for long is worth an attempt; a module that never was registered has perhaps no card."""
        if change.stat in _REGISTERED:
            self._registered = True
            self._disarm(_Sign.REGISTRATION)
            self._over(_Sign.REGISTRATION)
        elif self._registered:
            self._arm(_Sign.REGISTRATION, self._policy.unregistered)

    def _arm(self, key: Key, seconds: float) -> None:
        if key not in self._timers:
            self._timers[key] = self._clock.call_at(self._clock.time() + seconds, partial(self._ripe, key, seconds))

    def _disarm(self, key: Key) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def _ripe(self, key: Key, seconds: float) -> None:
        """Something has lasted for too long; as long as it lasts it is looked at again."""
        del self._timers[key]
        self._arm(key, seconds)
        if isinstance(key, _Sign):
            self._trouble(key, f"the registration has been lost for {seconds:g} s")
        else:
            service, command = key
            self._trouble(_Sign.UNSETTLED, f"{command} of {service} has not ended {seconds:g} s after it was given up")

    def _forget(self) -> None:
        """The module, or the line, begins anew."""
        self._timeouts.clear()
        for key in list(self._timers):
            self._disarm(key)
