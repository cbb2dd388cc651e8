"""The module's turn: one command being carried out, and what its answer can do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from simcom_async.at.command import ByParameter, Command, Granted, Terminated
from simcom_async.at.escape import EscapeCodec
from simcom_async.at.message import Message, Prompt, Urc
from simcom_async.at.response import Result
from simcom_async.virtual.entry import Entered

if TYPE_CHECKING:
    from simcom_async.virtual.channel import Channel
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["Answer", "Answered", "Answers", "Operation", "Refused", "Turn"]

C = TypeVar("C", bound=Command[Any])

#: What an answer returns: nothing but OK; a line; or lines (str: of text that nothing declares) and payloads in order.
Answered = None | Message | Sequence[Message | bytes | str]
Answer = Callable[["Turn[Any]"], Awaitable[Answered]]
F = TypeVar("F", bound=Answer)


class Refused(Exception):
    """The command fails: plain ERROR, or with a number of +CME ERROR (``group`` CMS: of +CMS ERROR).

    ``said``: the lines that it says in front of that.
    """

    def __init__(self, number: int | None = None, *, group: str = "CME", said: Sequence[Message] = ()) -> None:
        self.number = number
        self.group = group
        self.said = said
        super().__init__(f"+{group} ERROR: {number}" if number is not None else "ERROR")


class Operation:
    """Work that goes on behind a final result. Its first URC keeps the delay that the options ask for."""

    def __init__(self, modem: VirtualModem, work: Callable[[Operation], Awaitable[None]]) -> None:
        self._modem = modem
        self._work = work
        self._not_before = 0.0
        self._spoke: Callable[[], None] | None = None

    async def run(self, not_before: float, spoke: Callable[[], None] | None = None) -> None:
        """Do the work; no URC before ``not_before`` on the clock, ``spoke`` is called behind the first one."""
        self._not_before = not_before
        self._spoke = spoke
        try:
            await self._work(self)
        finally:
            self._told()

    async def urc(self, message: Urc, *, just_before: Callable[[], None] | None = None) -> None:
        """Say it, on every line of the module; ``just_before`` is called when the delay is over."""
        await self.due()
        if just_before is not None:
            just_before()
        self._modem.urc(message)

    async def due(self) -> None:
        """Wait until the first thing may be said, which has to follow at once."""
        wait = self._not_before - self._modem.clock.time()
        if wait > 0:
            await self._modem.clock.sleep(wait)
        self._told()

    def follows(self) -> None:
        """Nothing of it comes before the final result: it needs the line."""
        self._told()

    def _told(self) -> None:
        spoke, self._spoke = self._spoke, None
        if spoke is not None:
            spoke()


class Turn(Generic[C]):
    """One command. ``result`` is the final result, where it is another than OK; None: this command has none."""

    def __init__(self, modem: VirtualModem, channel: Channel, command: C) -> None:
        self.modem = modem
        self.channel = channel
        self.command = command
        self.result: Result | str | None = Result.OK
        self.operations: list[Operation] = []
        self.followers: list[Callable[[], None]] = []

    async def entry(
        self, prompt: Prompt, *, blank: bool = False, sink: Callable[[bytes], None] | None = None
    ) -> Entered:
        """Ask for the entry that the command declares, and wait for it, at most as long as its timer says.

        ``blank``: a blank follows the mark. ``sink`` gets the data as they come; the result has none then.
        """
        declared = self.command.wire.entry
        assert declared is not None  # noqa: S101 - the answers of commands without an entry do not ask
        milliseconds = None if declared.timer is None else getattr(self.command, declared.timer)
        seconds = None if milliseconds is None else milliseconds / 1000
        return await self.channel.enter(
            self.channel.wording.prompt(prompt, blank=blank),
            self._size(declared.size, prompt),
            echoed=declared.echoed,
            maximum=declared.maximum,
            seconds=seconds,
            sink=sink,
        )

    async def say(self, answered: Answered) -> None:
        """Say a part of the answer now, and wait as long as the host does not read."""
        self.channel.out.send(*self.channel.wording.answer(answered))
        await self.channel.out.drain()

    def _size(self, size: ByParameter | Granted | Terminated, prompt: Prompt) -> int | EscapeCodec:
        if isinstance(size, Terminated):
            return size.codec
        number = getattr(self.command if isinstance(size, ByParameter) else prompt, size.field)
        return int(number)

    def operate(self, work: Callable[[Operation], Awaitable[None]]) -> None:
        """Do this behind the final result."""
        self.operations.append(Operation(self.modem, work))

    def afterwards(self, follower: Callable[[], None]) -> None:
        """Call this when the final result is out."""
        self.followers.append(follower)


class Answers:
    """What some commands do: a table of functions by command class, one for each family."""

    def __init__(self) -> None:
        self.table: dict[type[Command[Any]], Answer] = {}

    def to(self, *commands: type[Command[Any]]) -> Callable[[F], F]:
        """Declare the function below to be the answer to these commands, and to those derived from them."""

        def declare(answer: F) -> F:
            for command in commands:
                self.table[command] = answer
            return answer

        return declare
