"""What is known to be good, or bad: cases to begin with, from the transcripts of the manual and the corpus of mails."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tests.judge.transcript import Does, Step, Transcript, load_all

__all__ = ["Turn", "conversations"]

#: Whether the host writes it, and as what, or the module does: "line", "entry" or "said".
Turn = tuple[str, bytes]


@cache
def conversations() -> tuple[tuple[str, tuple[Turn, ...]], ...]:
    """Every transcript: its family, and who says what."""
    return tuple((transcript.family, tuple(_turns(transcript))) for transcript in load_all())


def _turns(transcript: Transcript) -> Iterator[Turn]:
    for step in transcript.whole:
        text = transcript.resolve(step.text)
        if step.does is Does.SEND:
            yield "line", text.encode("utf-8")
        elif step.does is Does.ENTRY:
            yield "entry", transcript.entry(step)
        elif step.does is Does.PROMPT:
            yield "said", text.encode("latin-1", "replace")
        elif step.does is Does.PAYLOAD:
            yield "said", _payload(transcript, step)
        else:
            yield "said", b"\r\n" + text.encode("latin-1", "replace") + b"\r\n"


def _payload(transcript: Transcript, step: Step) -> bytes:
    payload = step.payload
    assert payload is not None
    data = payload.literal or payload.sample or b"a\r\nOK\r\n"
    length = transcript.length(step)
    if length is not None:
        data = (data * (length // len(data) + 1))[:length]
    return data + (payload.until or b"")
