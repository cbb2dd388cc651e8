"""Going on after a failure that may pass: how often, how long, and what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from simcom_async.at.command import Service
from simcom_async.at.event import Event
from simcom_async.errors import CommandTimeout, LinkError, ModemError, ServiceFailed, SimcomError

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment

__all__ = ["INTERRUPTIONS", "Resumption", "TransferResumed"]

#: What can interrupt work; whether it may pass is another question.
INTERRUPTIONS = (ModemError, CommandTimeout, LinkError)

_FAILURES = 5  # in a row, without a byte in between
_PAUSE, _LONGEST = 0.5, 30.0  # seconds before the next try; it doubles
_AWAY = 600.0  # seconds in which the module has to be found again


class TransferResumed(Event):
    """Work of ``service`` was interrupted, ``why`` says by what, and goes on now, from byte ``offset`` on.

    A mail begins anew: its offset is 0. A subscription to it outlives the loss of the port.
    """

    kind: ClassVar[str] = "resumed"
    lasting: ClassVar[bool] = True
    __slots__ = ("offset", "service", "why")

    def __init__(self, service: Service, offset: int, why: str) -> None:
        self.service = service
        self.offset = offset
        self.why = why

    def __repr__(self) -> str:
        return f"TransferResumed({self.service.value}, from {self.offset}: {self.why})"


class Resumption:
    """Lets one piece of work go on, as long as bytes come in between: five failures in a row without one are too many.

    ``offset``: the bytes that were there when it began.
    """

    def __init__(self, attachment: Attachment, service: Service, offset: int = 0) -> None:
        self._attachment = attachment
        self._service = service
        self._offset = offset
        self._failures = 0

    async def after(self, error: SimcomError, offset: int) -> None:
        """Wait until there is a point in going on from ``offset``: the module is there, and a pause is over.

        Raises ``error`` where nothing will change; LinkError when the module is not found again within 600 seconds.
        """
        if not _may_pass(error):
            raise error
        self._failures = 1 if offset > self._offset else self._failures + 1
        self._offset = max(offset, self._offset)
        if self._failures > _FAILURES:
            raise error
        await self._attachment.clock.sleep(_pause(self._failures))
        await self._found()
        self._attachment.link.bus.publish(TransferResumed(self._service, offset, str(error)))

    async def _found(self) -> None:
        """Have the module there, however often it has to be looked for."""
        clock = self._attachment.clock
        end, tries = clock.time() + _AWAY, 0
        while True:
            tries += 1
            try:
                await self._attachment.ready()
            except (LinkError, CommandTimeout):
                if not self._attachment.running or clock.time() + _pause(tries) >= end:
                    raise
            else:
                return
            await clock.sleep(_pause(tries))


def _pause(tries: int) -> float:
    return min(_PAUSE * 2.0 ** (tries - 1), _LONGEST)


def _may_pass(error: SimcomError) -> bool:
    """Whether work may go on after it: not where the server or the manual says that nothing will change."""
    return error.retry if isinstance(error, ServiceFailed) else True
