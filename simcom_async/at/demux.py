"""Bytes to events: the received stream is cut into lines, prompts and payloads, and each is given its meaning."""

from simcom_async.at.armed import FINALS
from simcom_async.at.classifier import Classifier
from simcom_async.at.dialect import Dialect, WireState
from simcom_async.at.due import late
from simcom_async.at.event import Event, LineEvent, Noise, PromptLine, TaggedUrc
from simcom_async.at.exchange import Exchange
from simcom_async.at.framer import EchoedEntry, Framing, TextUntilFinal

__all__ = ["LINE_LIMIT", "Demux"]

#: So many bytes without a line end are noise, and what follows is a new line.
LINE_LIMIT = 16384
#: So many bytes are cut into lines at a time, and behind a payload: what belongs to the next one is not cut in vain.
_WINDOW, _SHORT_WINDOW = 4096, 256
_MARK = ord(">")
_MARKS = (b">", b">>")


class Demux:
    """Classifies what one module sends. ``state`` is what is known of the wire; no I/O, no clock.

    The result does not depend on how the bytes were cut (law 1), and every byte is in an event or is line framing
    (law 2). Silence is an input: call ``quiet`` when nothing has come for a while and ``busy`` is set.
    """

    __slots__ = (
        "_broken_off",
        "_dialect",
        "_framing",
        "_lines",
        "_offset",
        "_prompt",
        "_rest",
        "_skip_lf",
        "_window",
        "state",
    )

    def __init__(self, dialect: Dialect, state: WireState | None = None) -> None:
        self.state = WireState() if state is None else state
        self._dialect = dialect
        self._lines = Classifier(dialect, self.state)
        self._offset = 0
        self._rest, self._skip_lf = b"", False
        self._window = _WINDOW
        self._prompt: LineEvent | None = None
        self._framing: Framing | None = None
        self._broken_off: list[Event] = []

    @property
    def dialect(self) -> Dialect:
        """The dialect in force; a new one applies from the next line on."""
        return self._dialect

    @dialect.setter
    def dialect(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._lines.speak(dialect)

    @property
    def busy(self) -> bool:
        """Whether something is open that silence would end."""
        return bool(self._rest) or self._framing is not None or self._lines.busy

    @property
    def continues(self) -> bool:
        """Whether a line is still to come that belongs to the one before it."""
        return self._lines.continues

    @property
    def unfinished(self) -> bool:
        """Whether the beginning of a line waits for the rest of it, and nothing else is open."""
        return bool(self._rest) and self._framing is None and not self._lines.continues

    @property
    def received(self) -> int:
        """How many bytes have been received in all."""
        return self._offset + len(self._rest)

    @property
    def due(self) -> tuple[Exchange, ...]:
        """The exchanges whose completion is still to come, the oldest first."""
        return self._lines.due.exchanges

    def arm(self, exchange: Exchange) -> None:
        """Expect the answer to a command, before the first byte of it is written (law 3)."""
        exchange.error_codes = self._dialect.errors
        numeric = self._lines.arm(exchange).numeric
        if exchange.command.wire.text is not None:
            self._break_off()
            self._framing = TextUntilFinal(exchange.command, exchange.text, size=exchange.size, numeric=numeric)

    def abandon(self, exchange: Exchange) -> None:
        """Nobody waits any more: what still comes of it is a LateReply and answers nothing (law 5)."""
        exchange.given_up = True

    def settle(self, exchange: Exchange) -> None:
        """What was due of ``exchange`` will not come: it was aborted, or its probe says idle."""
        self._lines.settle(exchange)

    def forget(self) -> None:
        """The module has restarted, or the port was opened anew: nothing that was awaited will come."""
        self._lines.forget()
        self._break_off()
        self._prompt = None

    def entered(self, data: bytes) -> None:
        """Entry bytes have been written; a module that echoes them is understood."""
        armed = self._lines.armed
        if armed is None or not armed.echoes_entry:
            return
        if self._framing is None:
            self._framing = EchoedEntry(armed.command)
        if isinstance(self._framing, EchoedEntry):
            self._framing.entered(data)

    def receive(self, data: bytes) -> list[Event]:
        """Classify received bytes. Never raises for what a module may send."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        events = self._owed() if self._broken_off else []
        at = self._swallow(data) if self._skip_lf or self._prompt is not None else 0
        size = len(data)
        while at < size:
            framing = self._framing
            if framing is None:
                at = self._cut(data, at, events)
            else:
                at += framing.receive(data[at : at + LINE_LIMIT] if at else data, self._offset + at, events)
                if framing.finished:
                    self._framing = None
                if at < 0 and isinstance(framing, TextUntilFinal):
                    data = framing.beyond(-at) + data
                    self._offset, at, size = self._offset + at, 0, len(data)
        self._offset += size - len(self._rest)
        return events

    def _cut(self, data: bytes, at: int, events: list[Event]) -> int:
        """Cut lines from ``data`` at ``at``; return where they stop: at the end, at a prompt, where a payload opens."""
        size = len(data)
        if size - at > self._window:
            size = _window(data, at, self._window)
            if size == at:
                return self._cut_unfinished(data, at, data[at : at + LINE_LIMIT], events)
        offset = self._offset
        lines = self._lines
        plain = lines.plain
        for raw in (data if size - at == len(data) else data[at:size]).splitlines(True):
            line = raw.rstrip(b"\r\n")
            if line:
                tag = line.partition(b":")[0]
                entry = plain.get(tag)
                if line is raw or (entry is None and raw[0] == _MARK and lines.awaits_mark):
                    return self._cut_unfinished(data, at, raw, events)
                if entry is not None:
                    events.append(TaggedUrc(line, offset + at, entry))
                else:
                    events.append(lines.classify(line, tag, offset + at))
                    plain = lines.plain
                    if lines.opened is not None:
                        return self._open(data, at + len(raw))
            at += len(raw)
        self._window = _WINDOW
        return size

    def _cut_unfinished(self, data: bytes, at: int, raw: bytes, events: list[Event]) -> int:
        """A prompt fires at its last mark; any other line without its end is kept for the next read."""
        armed = self._lines.armed
        if armed is not None and armed.mark is not None and raw.startswith(armed.mark):
            at += len(armed.mark)
            self._prompt = armed.marked(self._offset + at - len(armed.mark))
            if armed.exchange.given_up:
                self._prompt = late(self._prompt, "given-up-command")
            events.append(self._prompt)
            return at + self._swallow(data[at:])
        line = raw.rstrip(b"\r\n")
        if line is not raw:
            events.append(self._lines.classify(line, line.partition(b":")[0], self._offset + at))
            return self._open(data, at + len(raw)) if self._lines.opened is not None else at + len(raw)
        if len(raw) == LINE_LIMIT:
            events.append(Noise(raw, self._offset + at, "line-too-long"))
            return at + len(raw)
        self._rest = raw
        return len(data)

    def _open(self, data: bytes, at: int) -> int:
        """Go on with the payload that the line before ``at`` opened; an LF to come still belongs to that line."""
        self._framing, self._lines.opened = self._lines.opened, None
        self._window = _SHORT_WINDOW
        self._skip_lf = at == len(data) and data.endswith(b"\r")
        return at

    def _swallow(self, data: bytes) -> int:
        """Take what belongs to what came before: the LF of a header's CR, the blank behind a prompt."""
        at = 0
        if self._skip_lf:
            self._skip_lf = False
            at = 1 if data[:1] == b"\n" else 0
        prompt = self._prompt
        while prompt is not None and self._prompt is not None and at < len(data):
            following = data[at : at + 1]
            more_marks = following == b">" and prompt.compiled is None
            if more_marks or following == b" ":
                prompt.text += following
                at += 1
            if not more_marks:
                self._prompt = None
        return at

    def quiet(self) -> list[Event]:
        """Nothing has come for a while: end what only silence can end."""
        events = self._owed()
        framing = self._framing
        if isinstance(framing, TextUntilFinal):
            found = framing.end(events)
            if found is not None:
                self._framing = None
                text, start = found
                events.append(self._lines.classify(text, text.partition(b":")[0], start))
        elif isinstance(framing, EchoedEntry):
            self._framing = None
        elif framing is not None and not framing.owned:
            framing.abandon(self.received, events)
            self._framing = None
        if self._rest:
            self._quiet_rest(events)
        self._lines.quiet()
        return events

    def _quiet_rest(self, events: list[Event]) -> None:
        """An unfinished line before silence: a prompt nobody declared, or a whole line whose end was lost.

        That is a final result, or the word by which the command in flight is asked for its entry.
        """
        rest, armed = self._rest, self._lines.armed
        if rest.rstrip(b" ") in _MARKS:
            event: LineEvent = PromptLine(rest, self._offset, "stray-prompt")
        elif armed is not None and (rest in FINALS or rest == armed.word):
            event = self._lines.classify(rest, rest.partition(b":")[0], self._offset)
        else:
            return
        events.append(event)
        self._offset += len(rest)
        self._rest = b""

    def _break_off(self) -> None:
        """End what is open, incomplete; the events of it come with the next ones."""
        if self._framing is not None:
            self._framing.abandon(self.received, self._broken_off)
            self._framing = None

    def _owed(self) -> list[Event]:
        owed, self._broken_off = self._broken_off, []
        return owed

    def flush(self) -> list[Event]:
        """The stream has ended: what is still open ends here, an unfinished line as noise."""
        events = self.quiet()
        self._break_off()
        events += self._owed()
        if self._rest:
            events.append(Noise(self._rest, self._offset, "unfinished-line"))
            self._offset += len(self._rest)
            self._rest = b""
        return events


def _window(data: bytes, at: int, usual: int) -> int:
    """The end of the lines that are cut together from ``at``: ``at`` itself where LINE_LIMIT bytes have no line end."""
    for size in (usual, LINE_LIMIT):
        limit = at + size
        end = max(data.rfind(b"\r", at, limit), data.rfind(b"\n", at, limit)) + 1
        if end:
            return end + 1 if data[end - 1 : end + 1] == b"\r\n" else end
    return at if len(data) - at >= LINE_LIMIT else len(data)
