"""The host's side of a transcript: sends its lines to a module and judges every byte that comes back."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

from tests.judge.console import Console
from tests.judge.transcript import Does, Step, Transcript

__all__ = ["Visitor"]

_BLANKS = re.compile(r'("[^"]*")|(?<=[:,])[ \t]+')

#: Lines in front of OK that the SIM5320 has and the document of the SIM7100 has not (device-facts 1.9).
_RESULT = re.compile(r"\+CFTPS(?:START|STOP|LOGIN|LOGOUT): \d+")

#: How real firmware spells a tag, and how the document does (device-facts 8.1).
_REAL_SPELLING = ("+CHTTPSSEND", "+CHTTPSEND")

#: A line behind which something is typed, as behind a mark (device-facts 1.1).
_TYPED_BEHIND = "+CHTTPACT: REQUEST"

#: Questions after which a module that stands still is not where it should be and never will be.
ENOUGH = 500

Before = Callable[[Step], Awaitable[None]]
#: How far a course of lines may have come, and what the captures are then.
Reading = tuple[int, Mapping[str, str]]


async def _nothing(step: Step) -> None:
    return None


class Visitor:
    """Plays a transcript from the host's side.

    ``exact``: every line has to be the resolved one, byte for byte; else blanks behind separators do not count and
    an alternative will do. ``echo``: each command line comes back first, and so does an entry behind a mark. ``before``
    is awaited before every step, ``typed`` is how command lines are typed. ``bound`` holds the captures, ``payloads``
    what was received by count.
    """

    def __init__(self, console: Console, transcript: Transcript, *, exact: bool, echo: bool) -> None:
        self.console = console
        self.transcript = transcript
        self.bound: dict[str, str] = {}
        self.payloads: list[bytes] = []
        self.before: Before = _nothing
        self.typed: Callable[[str], str] = str
        self._exact = exact
        self._echo = echo
        self._pending: list[Step] = []
        self._information = False
        self._marked = False

    async def play(self) -> None:
        """The whole transcript; a repeated group that the host begins is left out."""
        steps = self.transcript.whole
        place = 0
        while place < len(steps):
            step = steps[place]
            if step.does is Does.SEND and step.repeat:
                place = _group_end(steps, place)
            elif step.does is Does.ENTRY and step.optional and not await self._asked(steps[place - 1]):
                place += 1  # the module has refused
            elif step.does in (Does.SEND, Does.ENTRY):
                await self.before(step)
                await self._say(step)
                place += 1
            else:
                end = next((n for n in range(place, len(steps)) if _is_ours(steps[n])), len(steps))
                await self._listen(steps[place:end])
                place = end

    async def _asked(self, prompt: Step) -> bool:
        """Whether the module asks for an entry that it may refuse as well: the beginning of its line tells."""
        text = self.transcript.resolve(prompt.text)
        if await self.console.peek(5) != b"\r\n" + text[:3].encode("ascii"):
            return False
        assert await self._line() == text
        return True

    async def ask(self, line: str) -> str:
        """A question that is no part of the transcript: its one line, behind which OK has to come."""
        await self.send(line)
        answer = await self._line()
        assert await self._line() == "OK"
        return answer

    async def send(self, line: str) -> None:
        """A command line, and its echo."""
        data = self.typed(line).encode("latin-1") + b"\r"
        self._information = self._marked = False
        self.console.write(data)
        if self._echo:
            while await self.console.peek(2) == b"\r\n":
                self._read_pending(await self._line(), (), ())
            assert await self.console.read(len(data)) == data, f"no echo of {line}"

    async def ask_until(self, line: str, reached: Callable[[str], bool]) -> None:
        """Such a question, asked again and again; nobody sleeps meanwhile."""
        answer = ""
        for _ in range(ENOUGH):
            answer = await self.ask(line)
            if reached(answer):
                return
        raise AssertionError(f"{line} still says {answer}")

    async def enter(self, data: bytes) -> None:
        """A body of which nobody speaks in the transcript."""
        await self.send(f"AT+HTTPDATA={len(data)},10000")
        assert await self._line() == "DOWNLOAD"
        self.console.write(data)
        assert await self._line() == "OK"

    async def _say(self, step: Step) -> None:
        if step.does is Does.SEND:
            await self.send(self.transcript.resolve(step.text))
            return
        data = self.transcript.entry(step)
        if self._marked and self.console.unread == b" ":  # which may follow a mark, and then in one piece with it
            await self.console.read(1)
        self.console.write(data)
        typed = data.endswith((b"\x1a", b"\x1b"))
        if self._echo and self._marked and typed:  # what is typed behind a mark comes back, what is counted does not
            assert await self.console.read(len(data)) == data, f"no echo of {data!r}"

    async def _listen(self, run: Sequence[Step]) -> None:
        """What the module says in one turn. Readings are kept apart until the lines decide between them."""
        readings: list[Reading] = [(0, self.bound)]
        while not any(_satisfied(run, place) for place, _ in readings):
            await self.before(run[min(place for place, _ in readings)])
            payload = [(place, bound) for place, bound in readings if run[place].does is Does.PAYLOAD]
            if payload:
                if payload[0][0] == 0:  # without a line in front it begins as every answer does
                    assert await self.console.read(2) == b"\r\n"
                await self._payload(run[payload[0][0]], payload[0][1])
                readings = [(place + 1, bound) for place, bound in payload]
                continue
            line = await self._element(run[readings[0][0]])
            after = [reading for place, bound in readings for reading in self._advance(run, place, bound, line)]
            if not after:
                self._read_pending(line, run, readings)
            readings = after or readings
        place, bound = next(reading for reading in readings if _satisfied(run, reading[0]))
        self.bound = dict(bound)
        self._pending += run[place:]

    def _advance(self, run: Sequence[Step], place: int, bound: Mapping[str, str], line: str) -> list[Reading]:
        found: list[Reading] = []
        for choice in _choices(run, place):
            known = bound if not _begins(run, choice) else self._forget(run, choice, bound)
            values = self._match(run[choice], line, known)
            if values is not None:
                found.append((choice + 1, {**known, **values}))
        return found

    def _forget(self, run: Sequence[Step], start: int, bound: Mapping[str, str]) -> Mapping[str, str]:
        """Each round of a group captures anew."""
        group = " ".join(step.text for step in run[start : _group_end(run, start)])
        return {name: value for name, value in bound.items() if f"{{{name}}}" not in group}

    def _match(self, step: Step, line: str, bound: Mapping[str, str]) -> dict[str, str] | None:
        if self._exact:
            return self.transcript.match(step.text, line, bound)
        for text in (step.text, *step.alternatives):
            for plain in (str, _plain):
                values = self.transcript.match(plain(text), plain(line), bound)
                if values is not None:
                    return values
        return None

    def _read_pending(self, line: str, run: Sequence[Step], readings: Sequence[Reading]) -> None:
        """An optional line of an earlier turn may come late; any other is none that the transcript has."""
        for step in self._pending:
            if self._match(step, line, self.bound) is not None:
                return
        if not self._exact and _RESULT.fullmatch(line):
            return
        expected = [run[choice].text for place, _ in readings for choice in _choices(run, place)]
        raise AssertionError(f"{self.transcript.name}: got {line!r}, expected {' or '.join(expected)!r}")

    async def _payload(self, step: Step, bound: Mapping[str, str]) -> None:
        length = self.transcript.length(step, bound)
        payload = step.payload
        assert payload is not None
        if length is not None:
            data = await self.console.read(length)
        else:
            data = (await self.console.read_past(payload.until or b"")).removesuffix(payload.until or b"")
        assert payload.literal in (None, data)
        self.payloads.append(data)
        self._information = False

    async def _element(self, step: Step) -> str:
        if step.does is Does.PROMPT and not step.text.isalpha():
            data = await self.console.read(2 + len(step.text))
            assert data == b"\r\n" + step.text.encode()
            self._marked = True
            return step.text
        return await self._line(information=not step.final and not step.later)

    async def _line(self, *, information: bool = False) -> str:
        """The next line: CR LF in front and behind; information lines of one reply share the one between them."""
        between = await self.console.peek(2) == b"\r\n"
        assert between or (self._information and information), f"no CR LF in front of {self.console.unread!r}"
        if between:
            await self.console.read(2)
        self._information = information
        line = (await self.console.read_past(b"\r\n")).removesuffix(b"\r\n")
        assert line, f"an empty line where none belongs, then {self.console.unread!r}"
        self._marked = self._marked or line == _TYPED_BEHIND.encode("ascii")
        return line.decode("latin-1")


def _plain(text: str) -> str:
    """Without blanks, and in the spelling of the document."""
    return _BLANKS.sub(lambda found: found[1] or "", text).replace(*_REAL_SPELLING)


def _is_ours(step: Step) -> bool:
    return step.does in (Does.SEND, Does.ENTRY)


def _begins(run: Sequence[Step], place: int) -> bool:
    """Whether a repeated group begins here."""
    return run[place].repeat is not None and (place == 0 or run[place - 1].repeat != run[place].repeat)


def _group_end(run: Sequence[Step], start: int) -> int:
    return next((n for n in range(start, len(run)) if run[n].repeat != run[start].repeat), len(run))


def _inside(run: Sequence[Step], place: int) -> bool:
    """Whether a repeated group has begun and not ended."""
    return 0 < place < len(run) and run[place].repeat is not None and run[place - 1].repeat == run[place].repeat


def _satisfied(run: Sequence[Step], place: int) -> bool:
    """Whether nothing more has to come."""
    return not _inside(run, place) and all(step.optional or step.repeat for step in run[place:])


def _choices(run: Sequence[Step], place: int) -> list[int]:
    """The steps that may be next: this one, those behind what may be missing, and the group before once more."""
    found: list[int] = []
    if place and run[place - 1].repeat is not None and not _inside(run, place):
        found.append(next(n for n in range(place - 1, -1, -1) if _begins(run, n)))
    while place < len(run):
        found.append(place)
        if _begins(run, place):
            place = _group_end(run, place)
        elif run[place].optional:
            place += 1
        else:
            break
    return found
