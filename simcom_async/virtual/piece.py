"""What a virtual modem puts on the wire, in pieces that faults can tell apart."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

__all__ = ["Kind", "Piece"]


class Kind(Enum):
    """What a piece of output is."""

    ECHO = "echo"
    LINE = "line of a reply"
    PAYLOAD = "payload"
    PROMPT = "prompt"
    FINAL = "final result"
    URC = "unsolicited line"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of one kind. ``delay``: seconds of silence before them; ``apart``: not in one write with others;
    ``joined``: in one write with the piece before it, where that still waits.

    ``strike`` is called behind them, when they have been handed to the port.
    """

    kind: Kind
    data: bytes
    delay: float = 0.0
    apart: bool = False
    joined: bool = False
    strike: Callable[[], None] | None = None
