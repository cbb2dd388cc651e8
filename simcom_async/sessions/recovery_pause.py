"""How long to wait between two attempts: longer each time, and never in step with others."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simcom_async.sessions.recovery_policy import RecoveryPolicy

__all__ = ["BackOff"]


class BackOff:
    """The pauses of one modem: twice as long each time, less a share that its seed decides."""

    def __init__(self, policy: RecoveryPolicy, name: str) -> None:
        self._policy = policy
        self._random = Random(name if policy.seed is None else policy.seed)  # noqa: S311
        self._pause = policy.first_pause

    def next(self) -> float:
        """The seconds until the next attempt."""
        policy, pause = self._policy, self._pause
        self._pause = min(pause * 2, policy.longest_pause)
        return pause * (1 - policy.jitter * self._random.random())

    def reset(self) -> None:
        """Begin with the shortest again."""
        self._pause = self._policy.first_pause
