"""Every kind of fault, how it strikes a verb at one of its moments, and which ends are right then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from simcom_async.virtual import faults as kinds
from simcom_async.virtual.fault import Fault
from simcom_async.virtual.faults import ServerFailure
from simcom_async.virtual.piece import Kind, Piece
from tests.torture.profile import Profile, Said
from tests.torture.scene import Scene

__all__ = ["KINDS", "SERVER", "Allowed", "Plan", "moments", "plan"]


class Allowed(Enum):
    """Which errors are right."""

    NONE = "none: it must succeed"
    CANCELLED = "the cancellation"
    SERVER = "of server and network"
    LIES = "of server and network, or that it is no such server"
    NETWORK = "of server, network and card"
    RESTART = "of a module that has restarted, or is off"
    PORT = "of a port that is lost"
    WIRE = "any error by name"


@dataclass
class Plan:
    """What goes wrong in one case. ``settle``: seconds of the clock after which it is surely over.

    ``at``, ``strike``: what happens as the verb begins its ``at``-th await. ``altered``: the bytes of content (a
    payload, a reply, an entry, a command line) that were changed on the wire, so that nobody could notice it.
    """

    kind: str
    allowed: Allowed
    text: str = ""
    faults: list[Fault] = field(default_factory=list)
    at: int | None = None
    strike: Callable[[], None] | None = None
    settle: float = 1.0
    struck_at: float | None = None
    altered: list[str] = field(default_factory=list)


#: What happens to a module, and for how many seconds (None: until it is put right).
OUTAGES = (0.0, 1.0, 8.0, None)
STRAYS = ("RING", "+CREG: 1", '+CMTI: "SM",3', "+CSQN: 4,0", "+XYZZY: 1,2", "SMS Ready", "*PSUTTZ: 26,1,1", "")
#: Services whose answers are what a line says, whatever that is.
TELLING = ("raw", "network", "open")
INSERTED = (b"\xff", b"\0", b"\r\n", b"A", b"\r\nRING\r\n", b"\x1a", b"\x03", b"\r\nOK\r\n")
COUNTS = (-1_000, -2, -1, 1, 2, 10, 1_000)


def plan(kind: str, scene: Scene, profile: Profile, moment: int) -> Plan:
    """What goes wrong in the ``moment``-th case of this kind."""
    return KINDS[kind](scene, profile, moment)


Maker = Callable[[Scene, Profile, int], Plan]


def _place(profile: Profile, random: Random) -> tuple[str, int, int]:
    """A command line of the verb: its text, its occurrence, and the bytes that are said to it."""
    if not profile.commands:
        return "", 1, 1
    number = random.randrange(len(profile.commands))
    return profile.commands[number], profile.occurrence(number), max(1, profile.output[number])


def _await(profile: Profile, moment: int) -> int:
    """The await at which the ``moment``-th case strikes: all of them in turn, far apart."""
    count = max(1, profile.awaits)
    stride = max(1, round(count * 0.618))
    while _common(stride, count) > 1:
        stride += 1
    return 1 + moment * stride % count


def _common(left: int, right: int) -> int:
    while right:
        left, right = right, left % right
    return left


# --- the wire --------------------------------------------------------------------------------------------------------


def _everywhere(kind: type[Fault], allowed: Allowed, **options: Callable[[Random], object]) -> Maker:
    """A fault of all pieces."""

    def make(scene: Scene, profile: Profile, moment: int) -> Plan:
        chosen = {name: choose(scene.random) for name, choose in options.items()}
        return Plan(kind.__name__, allowed, _shown(kind, chosen), [kind(**chosen)], settle=10.0)

    return make


def _bytes(kind: type[kinds.LoseBytes | kinds.DoubleBytes | kinds.GarbleBytes | kinds.InsertBytes]) -> Maker:
    """A fault of bytes, once at a command or by chance everywhere, in either direction."""

    def make(scene: Scene, profile: Profile, moment: int) -> Plan:
        random = scene.random
        options: dict[str, object] = {"towards": random.choice(("host", "host", "module"))}
        if kind is kinds.InsertBytes:
            options["data"] = random.choice(
                (b"\xff", b"\0", b"\r\n", b"A", b"\r\nRING\r\n", b"\x1a", b"\x03", b"\r\nOK\r\n")
            )
        if random.random() < 0.75:
            command, occurrence, size = _place(profile, random)
            if options["towards"] == "module":
                size = 60
            offset = random.randrange(random.choice((min(size, 8), size)) + 1)
            options |= {"command": command, "occurrence": occurrence, "offset": offset, "times": 1}
            options["count"] = random.choice((1, 1, 2, 5))
        else:
            options |= {"rate": random.choice((0.001, 0.01)), "times": random.choice((1, 3, None))}
        fault = kind(**options)  # type: ignore[arg-type]
        found = Plan(kind.__name__, Allowed.WIRE, _shown(kind, options), [fault])
        _watch(fault, scene, found)
        return found

    return make


def _watch(fault: Fault, scene: Scene, found: Plan) -> None:
    """Note what a fault has changed of what nobody can check: all of it but the header of a payload."""
    content = (Kind.PAYLOAD, Kind.LINE, Kind.URC, *([Kind.FINAL] if scene.service == "raw" else []))
    outgoing, incoming = fault.outgoing, fault.incoming
    heads: list[str] = []

    def said(piece: Piece) -> Iterable[Piece]:
        changed = list(outgoing(piece))
        data = b"".join(one.data for one in changed)
        if piece.kind is Kind.PAYLOAD and heads:
            found.altered.remove(heads.pop())  # it was the header of this one
        heads.clear()
        if data != piece.data:
            if piece.kind in content:
                found.altered.append(f"a {piece.kind.value}: {piece.data[:40]!r} is {data[:40]!r}")
            if isinstance(fault, kinds.WrongCount):
                heads.append(found.altered[-1])
        return changed

    def heard(data: bytes) -> bytes:
        changed = incoming(data)
        if changed != data:
            found.altered.append(f"to the module: {data[:40]!r} is {changed[:40]!r}")
        return changed

    fault.outgoing = said  # type: ignore[method-assign]
    fault.incoming = heard  # type: ignore[method-assign]


# --- the dialogue ----------------------------------------------------------------------------------------------------


def _stray(scene: Scene, profile: Profile, moment: int) -> Plan:
    random = scene.random
    command, occurrence, _ = _place(profile, random)
    where = random.choice(("before", "after"))
    options = {"line": random.choice(STRAYS), where: command, "occurrence": occurrence}
    return Plan("Stray", Allowed.NONE, _shown(kinds.Stray, options), [kinds.Stray(**options)])  # type: ignore[arg-type]


def _line(kind: type[kinds.DropLine], allowed: Allowed, **options: Callable[[Random], object]) -> Maker:
    """A fault of one line of the verb."""

    def make(scene: Scene, profile: Profile, moment: int) -> Plan:
        random = scene.random
        said = profile.lines[moment % len(profile.lines)] if profile.lines else Said(Kind.FINAL, "OK", -1)
        chosen = {name: choose(random) for name, choose in options.items()}
        if said.command >= 0:
            command = profile.commands[said.command]
            chosen |= {"command": command, "occurrence": profile.occurrence(said.command)}
        fault = kind(_constant(said.text), **chosen)  # type: ignore[arg-type]
        seconds = float(chosen.get("seconds", 0))  # type: ignore[arg-type]
        found = Plan(
            kind.__name__, allowed, f"{_shown(kind, chosen)} of {said.text!r}", [fault], settle=3 * seconds + 1
        )
        if kind is not kinds.LateLine and scene.service in TELLING:
            _watch(fault, scene, found)
        if kind is kinds.LateLine and seconds > 1:
            found.allowed = Allowed.WIRE
        return found

    return make


def _constant(text: str) -> str:
    """As much of a line as does not change from run to run: up to its first comma."""
    return text.partition(",")[0]


def _of_command(kind: type[Fault], allowed: Allowed, **options: Callable[[Random], object]) -> Maker:
    """A fault that needs a command."""

    def make(scene: Scene, profile: Profile, moment: int) -> Plan:
        command, occurrence = "", 1
        if profile.commands:
            number = moment % len(profile.commands)
            command, occurrence = profile.commands[number], profile.occurrence(number)
        chosen = {name: choose(scene.random) for name, choose in options.items()}
        chosen |= {"command": command, "occurrence": occurrence}
        found = Plan(kind.__name__, allowed, _shown(kind, chosen), [kind(**chosen)])
        if kind is kinds.WrongCount:
            _watch(found.faults[0], scene, found)
        return found

    return make


# --- what happens to the module --------------------------------------------------------------------------------------


def _happening(name: str, kind: type[Fault], allowed: Allowed, *, comes_back: bool = False) -> Maker:
    """Something happens to the module, as the verb begins one of its awaits, or at a byte of an answer."""

    def make(scene: Scene, profile: Profile, moment: int) -> Plan:
        random = scene.random
        options: dict[str, object] = {}
        seconds = random.choice(OUTAGES) if comes_back else None
        if seconds is not None:
            options["seconds"] = seconds
        found = Plan(name, allowed, settle=1.0 + (seconds or 0.0))
        if moment % 3 != 2:
            found.at = _await(profile, moment)
            found.strike = lambda: _add(scene, found, kind(**options))
            found.text = f"{_shown(kind, options)} at await {found.at} of {profile.awaits}"
        else:
            command, occurrence, size = _place(profile, random)
            offset = random.choice((None, 0, random.randrange(size), random.randrange(size)))
            options |= {"command": command, "occurrence": occurrence, "offset": offset}
            found.faults = [kind(**options)]
            found.text = _shown(kind, options)
        return found

    return make


def _add(scene: Scene, found: Plan, fault: Fault) -> None:
    scene.virtual.faults.add(fault)


def _replug(scene: Scene, profile: Profile, moment: int) -> Plan:
    """Out and in again at once, or a little later, by hand."""
    found = Plan("replug", Allowed.PORT, at=_await(profile, moment), settle=2.0)
    later = scene.random.choice((0.0, 0.2))
    clock = scene.setting.clock

    def strike() -> None:
        scene.virtual.unplug()
        if later:
            clock.call_at(clock.time() + later, scene.virtual.plug)
        else:
            scene.virtual.plug()

    found.strike = strike
    found.text = f"in again after {later} s, at await {found.at} of {profile.awaits}"
    return found


def _cancel(scene: Scene, profile: Profile, moment: int) -> Plan:
    """The caller gives up; the runner puts the cancellation in."""
    found = Plan("cancel", Allowed.CANCELLED, at=_await(profile, moment), settle=1.0)
    found.text = f"at await {found.at} of {profile.awaits}"
    return found


# --- servers ---------------------------------------------------------------------------------------------------------


def _fail_server(scene: Scene, profile: Profile, moment: int) -> Plan:
    random = scene.random
    failures = [one for one in ServerFailure if one is not ServerFailure.LIE]
    failure = failures[moment % len(failures)]
    after = random.choice((0, random.randrange(3_000))) if failure in (ServerFailure.RESET, ServerFailure.SILENT) else 0
    options = {"after": after, "times": random.choice((1, 2)), "seconds": random.choice((0.5, 1.0))}
    fault = kinds.FailServer(failure, **options)  # type: ignore[arg-type]
    allowed = Allowed.NONE if failure is ServerFailure.SLOW else Allowed.SERVER
    return Plan("FailServer", allowed, f"{failure}: {options}", [fault])


def _server(name: str, allowed: Allowed) -> Maker:
    def make(scene: Scene, profile: Profile, moment: int) -> Plan:
        arranged = {"slow": scene.slow, "silent": scene.silent, "resetting": scene.resetting, "lying": scene.lying}
        return Plan(f"server {name}", allowed, arranged[name]())

    return make


def _shown(kind: type[Fault], options: dict[str, object]) -> str:
    return f"{kind.__name__}({', '.join(f'{name}={value!r}' for name, value in options.items())})"


def _one_of(*values: object) -> Callable[[Random], object]:
    return lambda random: random.choice(values)


#: The rows of the table. Those of servers strike only services that have one.
KINDS: dict[str, Maker] = {
    "split": _everywhere(kinds.Split, Allowed.NONE, size=_one_of(1, 2, 7), gap=_one_of(0.0, 0.0, 0.001)),
    "merge": _everywhere(kinds.Merge, Allowed.NONE, seconds=_one_of(0.01, 0.1, 0.3)),
    "delay": _everywhere(kinds.Delay, Allowed.NONE, seconds=_one_of(0.0, 0.05, 0.1), jitter=_one_of(0.05, 0.15)),
    "lose-bytes": _bytes(kinds.LoseBytes),
    "double-bytes": _bytes(kinds.DoubleBytes),
    "garble-bytes": _bytes(kinds.GarbleBytes),
    "insert-bytes": _bytes(kinds.InsertBytes),
    "stray": _stray,
    "drop-line": _line(kinds.DropLine, Allowed.WIRE),
    "late-line": _line(kinds.LateLine, Allowed.NONE, seconds=_one_of(0.1, 1.0, 5.0, 20.0)),
    "repeat-line": _line(kinds.RepeatLine, Allowed.WIRE, count=_one_of(1, 2), seconds=_one_of(0.0, 0.0, 0.5)),
    "no-final": _of_command(kinds.NoFinal, Allowed.WIRE),
    "wrong-count": _of_command(kinds.WrongCount, Allowed.WIRE, by=_one_of(*COUNTS)),
    "early-completion": _of_command(kinds.EarlyCompletion, Allowed.NONE),
    "early-event": _of_command(kinds.EarlyEvent, Allowed.NONE),
    "short-read": _everywhere(kinds.ShortRead, Allowed.NONE, most=_one_of(1, 10, 700), times=_one_of(1, 3)),
    "reset": _happening("reset", kinds.Reset, Allowed.RESTART),
    "power-loss": _happening("power-loss", kinds.PowerLoss, Allowed.RESTART, comes_back=True),
    "unplug": _happening("unplug", kinds.Unplug, Allowed.PORT, comes_back=True),
    "replug": _replug,
    "remove-sim": _happening("remove-sim", kinds.RemoveSim, Allowed.NETWORK, comes_back=True),
    "lose-bearer": _happening("lose-bearer", kinds.LoseBearer, Allowed.NETWORK),
    "lose-network": _happening("lose-network", kinds.LoseNetwork, Allowed.NETWORK, comes_back=True),
    "fail-server": _fail_server,
    "server slow": _server("slow", Allowed.NONE),
    "server silent": _server("silent", Allowed.SERVER),
    "server resetting": _server("resetting", Allowed.SERVER),
    "server lying": _server("lying", Allowed.LIES),
    "cancel": _cancel,
}
HAPPENINGS = ("reset", "power-loss", "unplug", "remove-sim", "lose-bearer", "lose-network")
#: Those that need a server.
SERVER = frozenset({"fail-server", "server slow", "server silent", "server resetting", "server lying"})


def moments(kind: str, profile: Profile) -> int:
    """How many moments there are at which a kind of fault can strike a verb."""
    if kind in ("cancel", "replug"):
        return profile.awaits
    if kind in HAPPENINGS:
        return profile.awaits * 3 // 2 + 1  # every third is at a byte
    if kind in ("drop-line", "late-line", "repeat-line"):
        return len(profile.lines)
    if kind in ("no-final", "wrong-count", "early-completion", "early-event"):
        return len(profile.commands)
    return 3
