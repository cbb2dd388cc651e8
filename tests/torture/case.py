"""One case: a verb, a fault, a moment; and the judgement of how it ended."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from simcom_async.errors import (
    CommandFailed,
    CommandTimeout,
    LinkError,
    ModemError,
    ModemRestarted,
    OutcomeUnknown,
    ProtocolError,
    ServiceBusy,
    ServiceFailed,
    SimcomError,
    UsageError,
)
from simcom_async.ports.clock import Clock, LoopClock
from tests.torture.faults import SERVER, Allowed, Plan, plan
from tests.torture.loop import Loop, run
from tests.torture.module import FilesScene, NetworkScene, OpenScene, RawScene
from tests.torture.post import Pop3Scene, SmtpScene
from tests.torture.profile import Profile, Stepped, Witness
from tests.torture.scene import SECRET, Corrupt, Doubled, Scene, Setting
from tests.torture.transfer import FtpScene
from tests.torture.web import WebScene

__all__ = ["SERVICES", "Case", "Outcome", "Verdict", "cases_of", "judge", "profile_of", "verbs_of"]

SCENES: dict[str, type[Scene]] = {
    scene.service: scene
    for scene in (WebScene, FtpScene, SmtpScene, Pop3Scene, FilesScene, NetworkScene, RawScene, OpenScene)
}
SERVICES = tuple(SCENES)

#: Seconds for a verb, and for the plain one behind it: no more than some silent waits. For all of a case.
LIMIT, PLAIN_LIMIT, WHOLE_LIMIT = 1_500.0, 400.0, 3_000.0
#: Seconds after which a caller who has cancelled is released (law 8).
RELEASED = 6.0
#: Seconds in which tasks that were cancelled have to end.
ENDING = 1.0
#: Seconds until a service that is still taken is asked for again.
AGAIN = 10.0

ALLOWED: dict[Allowed, tuple[type[BaseException], ...]] = {
    Allowed.NONE: (),
    Allowed.CANCELLED: (asyncio.CancelledError, OutcomeUnknown),
    Allowed.SERVER: (ServiceFailed, OutcomeUnknown, CommandTimeout),
    Allowed.LIES: (ServiceFailed, OutcomeUnknown, CommandTimeout, ProtocolError),
    Allowed.NETWORK: (ServiceFailed, OutcomeUnknown, CommandTimeout, CommandFailed),
    Allowed.RESTART: (LinkError, OutcomeUnknown, CommandTimeout),
    Allowed.PORT: (LinkError, OutcomeUnknown),
    Allowed.WIRE: (ModemError, LinkError, OutcomeUnknown, CommandTimeout),
}
#: Errors of the line that say that the module is to blame.
MODULE = (ModemRestarted, ProtocolError)


class Verdict(Enum):
    """How a case ended."""

    RESULT = "right result"
    ERROR = "right error"
    UNHEARD = "unnoticeable"
    HANG = "hang"
    CORRUPT = "corruption"
    DOUBLED = "doubled effect"
    TASKS = "leaked task"
    DESCRIPTORS = "leaked descriptor"
    BYTES = "lost byte"
    WRONG = "wrong error"
    DEAD = "unusable after"

    @property
    def good(self) -> bool:
        """Whether nothing is to be mended."""
        return self in (Verdict.RESULT, Verdict.ERROR, Verdict.UNHEARD)


@dataclass(frozen=True)
class Case:
    """``ftp/sim800/upload-blocks``, ``reset``, the moment, the seed."""

    service: str
    family: str
    verb: str
    kind: str
    moment: int
    seed: int = 0

    @property
    def name(self) -> str:
        """As --case takes it."""
        return f"{self.service}/{self.family}/{self.verb}/{self.kind}/{self.moment}"

    @property
    def command(self) -> str:
        """What repeats it."""
        return f'python -m tests.torture --seed {self.seed} --case "{self.name}"'

    @classmethod
    def of(cls, name: str, seed: int) -> Case:
        """The case of this name."""
        service, family, verb, kind, moment = name.split("/")
        return cls(service, family, verb, kind, int(moment), seed)


@dataclass
class Outcome:
    """What came of a case."""

    case: Case
    verdict: Verdict = Verdict.RESULT
    why: str = ""
    plan: str = ""
    seconds: float = 0.0
    lasted: float = 0.0
    #: Why nobody can have noticed it.
    reason: str = ""
    notes: list[str] = field(default_factory=list)

    def worse(self, verdict: Verdict, why: str) -> None:
        """It is no better than this; the first finding stays."""
        if self.verdict.good:
            self.verdict, self.why = verdict, why
        else:
            self.notes.append(f"{verdict.value}: {why}")


def verbs_of(service: str) -> list[tuple[str, str]]:
    """Family and verb of all that a service does."""
    scene = SCENES[service]
    return [(family, verb) for family in scene.families for verb in scene.verbs_of(family)]


def cases_of(service: str, kind: str) -> list[tuple[str, str]]:
    """The verbs that a fault can strike."""
    return [] if kind in SERVER and not SCENES[service].served else verbs_of(service)


def judge(case: Case) -> Outcome:
    """Do it, in a loop and a folder of its own."""
    outcome = Outcome(case)
    profile = profile_of(case.service, case.family, case.verb, case.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="torture-") as folder, _descriptors(outcome):
        run(_struck(case, profile, Path(folder), outcome))
    outcome.seconds = time.monotonic() - started
    return outcome


@contextmanager
def _descriptors(outcome: Outcome) -> Iterator[None]:
    before = _open_files()
    yield
    after = _open_files()
    if after != before:
        gc.collect()
        after = _open_files()
    if len(after) > len(before):
        outcome.worse(Verdict.DESCRIPTORS, f"{sorted(set(after.items()) - set(before.items()))}")


def _open_files() -> dict[str, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue  # that of the listing itself
    return found


@cache
def profile_of(service: str, family: str, verb: str, seed: int) -> Profile:
    """What the verb does undisturbed."""
    case = Case(service, family, verb, "none", 0, seed)
    profile = Profile()
    outcome = Outcome(case)
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        run(_struck(case, profile, Path(folder), outcome))
    if outcome.verdict is not Verdict.RESULT:
        raise AssertionError(f"{case.name} undisturbed: {outcome.verdict.value}: {outcome.why}")
    return profile


async def _struck(case: Case, profile: Profile, folder: Path, outcome: Outcome) -> None:
    clock = LoopClock()
    setting = Setting(Random(f"{case.seed}/{case.name}"), folder, clock)
    scene = SCENES[case.service](case.family, case.verb, setting)
    before = asyncio.all_tasks()
    try:
        async with asyncio.timeout(WHOLE_LIMIT), scene.played():
            await scene.ready()
            await _course(case, profile, scene, outcome)
    except TimeoutError as error:
        outcome.worse(Verdict.HANG, f"not over within {WHOLE_LIMIT} s: {error!r}")
    except Exception as error:
        outcome.worse(Verdict.DEAD, f"it could not be closed: {error!r}")
    await _leaks(scene, before, outcome)


async def _course(case: Case, profile: Profile, scene: Scene, outcome: Outcome) -> None:
    """The verb with its fault; then all is calm, and something simple must succeed."""
    clock = scene.setting.clock
    if case.kind == "none":
        witness = Witness()
        witness.profile = profile
        found = Plan("none", Allowed.NONE, faults=[witness])
    else:
        found = plan(case.kind, scene, profile, case.moment)
    outcome.plan = found.text
    scene.strict = found.allowed is not Allowed.WIRE
    scene.tidy = found.allowed not in (Allowed.WIRE, Allowed.RESTART, Allowed.PORT)
    scene.moving = found.allowed in (Allowed.NETWORK, Allowed.RESTART)
    for fault in found.faults:
        scene.virtual.faults.add(fault)
    started = clock.time()
    ended, stepped = await _ended(scene, found)
    outcome.lasted = clock.time() - started
    late = 0.0 if found.struck_at is None else clock.time() - found.struck_at
    if case.kind == "none":
        profile.awaits = stepped.count
    _judged(scene, found, ended, outcome)
    if late > RELEASED:
        outcome.worse(Verdict.HANG, f"the caller was released {late:.1f} s after the cancellation")
    await _calmed(scene, found)
    await _plain(scene, outcome)


async def _ended(scene: Scene, found: Plan) -> tuple[Any, Stepped]:
    """What the verb came to, an error too; TimeoutError: it hung."""
    clock = scene.setting.clock
    task: asyncio.Task[Any]

    def cancel() -> None:
        found.struck_at = clock.time()
        times = scene.random.choice((1, 1, 2))
        for number in range(times):
            asyncio.get_running_loop().call_soon(task.cancel) if number or times == 2 else task.cancel()

    stepped = Stepped(scene.act(), found.at, cancel if found.kind == "cancel" else found.strike)

    async def work() -> Any:
        return await stepped

    task = asyncio.ensure_future(work())
    hung = TimeoutError(f"not over within {LIMIT} s of the clock")
    try:
        return (task.result() if await _over(task, clock, LIMIT) else hung), stepped
    except BaseException as error:
        if not task.done():
            raise
        return error, stepped


async def _over(task: asyncio.Task[Any], clock: Clock, seconds: float) -> bool:
    """Whether it is over within so many seconds of the clock; else it is cancelled."""
    over = asyncio.get_running_loop().create_future()
    timer = clock.call_at(clock.time() + seconds, lambda: over.done() or over.set_result(None))
    task.add_done_callback(lambda _: over.done() or over.set_result(None))
    try:
        await over
        if task.done():
            return True
        task.cancel()
        await asyncio.wait({task}, timeout=5)
        return False
    finally:
        timer.cancel()


def _judged(scene: Scene, found: Plan, ended: Any, outcome: Outcome) -> None:
    """Judge how it ended."""
    failed = isinstance(ended, BaseException)
    if failed:
        outcome.verdict, outcome.why = Verdict.ERROR, f"{type(ended).__name__}: {ended}"
    if isinstance(ended, TimeoutError) and not isinstance(ended, SimcomError):
        outcome.verdict = Verdict.HANG
    elif failed and not _right(found, ended):
        outcome.verdict = Verdict.WRONG
    if failed and SECRET in f"{ended} {ended!r} {getattr(ended, 'seen', '')!r}":
        outcome.verdict, outcome.why = Verdict.WRONG, f"the password is in {ended!r}"
    try:
        if failed:
            scene.damage()
            if isinstance(ended, SimcomError) and not isinstance(ended, OutcomeUnknown) and hasattr(scene, "certain"):
                scene.certain()
        else:
            scene.check(ended)
    except (Corrupt, Doubled) as error:
        unheard = scene.lies or found.altered
        verdict = Verdict.DOUBLED if isinstance(error, Doubled) else Verdict.CORRUPT
        if unheard and not (verdict is Verdict.DOUBLED and not found.altered):
            verdict = Verdict.UNHEARD
        outcome.verdict, outcome.why = verdict, f"{error} ({'; '.join(found.altered)})"
        outcome.reason = "the server lied" if scene.lies else found.altered[0].partition(": ")[0] if unheard else ""


def _right(found: Plan, error: BaseException) -> bool:
    """Whether this is an error that may come of it."""
    if isinstance(error, UsageError) or (found.allowed is Allowed.PORT and isinstance(error, MODULE)):
        return False
    if isinstance(error, asyncio.CancelledError):
        return found.allowed is Allowed.CANCELLED
    return isinstance(error, ALLOWED[found.allowed]) and bool(str(error))


async def _calmed(scene: Scene, found: Plan) -> None:
    """Nothing goes wrong any more, and all is back in its place."""
    virtual, clock = scene.virtual, scene.setting.clock
    scene.calm()
    virtual.faults.clear()
    await clock.sleep(found.settle)
    virtual.plug()
    virtual.power_on()
    if not virtual.sim.inserted:
        virtual.insert_sim()
    virtual.network.regain_coverage()
    await clock.sleep(1.0)


async def _plain(scene: Scene, outcome: Outcome) -> None:
    """Something simple with the same modem."""
    task = asyncio.ensure_future(_patiently(scene))
    try:
        if not await _over(task, scene.setting.clock, PLAIN_LIMIT):
            outcome.worse(Verdict.DEAD, f"the next one is not over within {PLAIN_LIMIT} s of the clock")
            return
        task.result()
    except (Corrupt, Doubled) as error:
        outcome.worse(Verdict.CORRUPT if isinstance(error, Corrupt) else Verdict.DOUBLED, f"the next one: {error}")
    except Exception as error:
        outcome.worse(Verdict.DEAD, f"the next one: {type(error).__name__}: {error}")


async def _patiently(scene: Scene) -> None:
    """The plain one, asked again while the service is taken by what was given up."""
    while True:
        try:
            return await scene.plain()
        except ServiceBusy:
            await scene.setting.clock.sleep(AGAIN)


async def _leaks(scene: Scene, before: set[asyncio.Task[Any]], outcome: Outcome) -> None:
    """After all is closed nothing is left: no task, no timer, no byte that nobody has seen."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    if left := asyncio.all_tasks() - before:
        await asyncio.wait(left, timeout=ENDING)
    if left := asyncio.all_tasks() - before:
        outcome.worse(Verdict.TASKS, f"{sorted(map(repr, left))}")
        for task in left:
            task.cancel()
    if timers := loop.timers():
        outcome.worse(Verdict.TASKS, f"timers are due: {timers}")
    if scene.port is not None and (vanished := scene.port.vanished()):
        outcome.worse(Verdict.BYTES, f"{len(vanished)} received and in no event: {vanished[:60]!r}")
