"""What stands around the module while a transcript is played: its peers, the way to them, and options of the module."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from simcom_async.ports.clock import Clock
from simcom_async.virtual.modem import VirtualModem
from tests.judge.transcript import Step, Transcript
from tests.judge.visitor import Visitor

__all__ = ["Peer", "Provider", "Surroundings"]


class Peer(Protocol):
    """One server, or whatever else a need calls for: it acts before the steps, and judges the visit in the end."""

    async def before(self, visitor: Visitor, step: Step) -> None:
        """What has to happen before a step of the host or of the module."""

    def judge(self, visitor: Visitor) -> Collection[str]:
        """Payloads, entries and all that has to be there in the end are right.

        Returns the names of the captures that it has judged itself: for all others the document's value has to hold.
        """


P = TypeVar("P")


@dataclass(slots=True)
class Surroundings:
    """The peers of a transcript; ``hosts`` leads the module to them, ``options`` are those of its virtual modem.

    ``clock`` is the one that a peer turns in the course of a visit, None: the visit takes its time.
    """

    transcript: Transcript
    hosts: dict[str, tuple[str, int]] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    clock: Clock | None = None
    peers: list[Peer] = field(default_factory=list)

    def peer(self, kind: type[P]) -> P | None:
        """The peer of that kind, where there is one."""
        return next((peer for peer in self.peers if isinstance(peer, kind)), None)

    def modem(self, **options: Any) -> VirtualModem:
        """A virtual modem in these surroundings, whose URCs come at once; ``options`` go before its own."""
        chosen = {"urc_delay": 0, **self.options, **options}
        return VirtualModem(self.transcript.family, hosts=self.hosts, **chosen)

    def attend(self, visitor: Visitor) -> None:
        """Let the peers act in the course of the visit."""

        async def before(step: Step) -> None:
            for peer in self.peers:
                await peer.before(visitor, step)

        visitor.before = before

    def judge(self, visitor: Visitor) -> None:
        """The captures are those of the document, the payloads and entries what the peers sent and got."""
        judged = {name for peer in self.peers for name in peer.judge(visitor)}
        for name, value in visitor.bound.items():
            capture = visitor.transcript.captures[name]
            same = value == capture.doc or value in capture.values or capture.type == "ipv4"
            assert name in judged or same, f"{name} is {value}, not {capture.doc}"
        assert self.peers or not visitor.payloads, "nobody knows what was received"


#: Provides for one need: ``need`` is its table with variables put in. What it starts ends with the stack.
Provider = Callable[[Surroundings, Mapping[str, Any], AsyncExitStack], Coroutine[Any, Any, None]]
