"""How a module writes what the transcripts say (device-facts 1.1): CR LF in front of a line and behind it."""

from __future__ import annotations

from tests.judge.transcript import Does, Transcript, load

__all__ = ["crlf", "hostile", "said"]

#: Bytes that look like everything a parser might wait for.
BAIT = (
    b"\r\nOK\r\n\r\nERROR\r\n> >> \r\nDOWNLOAD\r\n+CME ERROR: 3\r\n\x1a\x1b\x03\x10\x10\x03"
    b"\r\n+HTTPREAD: 5\r\n\r\n+HTTPACTION: 0,200,1\r\n\r\n+SAPBR 1: DEACT\r\nAT+HTTPREAD\r0\r"
)


def crlf(line: str | bytes) -> bytes:
    """A line as a module sends it."""
    return b"\r\n" + (line.encode("latin-1") if isinstance(line, str) else line) + b"\r\n"


def said(name: str, *lines: str) -> bytes:
    """Lines as a module sends them, each of which the transcript of that name has, word for word."""
    transcript = load(name)
    known = {line for step in transcript.whole if step.does is Does.RECV for line in _readings(transcript, step.text)}
    for line in lines:
        assert line in known, f"{name} has no line {line!r}"
    return b"".join(crlf(line) for line in lines)


def _readings(transcript: Transcript, text: str) -> tuple[str, ...]:
    return (transcript.resolve(text),)


def hostile(length: int) -> bytes:
    """A body of so many bytes, made of what a parser might wait for and of all 256 values."""
    piece = BAIT + bytes(range(256))
    return (piece * (length // len(piece) + 1))[:length]
