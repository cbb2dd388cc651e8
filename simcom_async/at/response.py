"""How a module writes its answers: line ends, result words and numbers, errors (ITU-T V.250 5.7, device-facts 1.1)."""

from enum import Enum

from simcom_async.at.dialect import WireState

__all__ = ["ResponseFormat", "Result"]

_CRLF = b"\r\n"


class Result(Enum):
    """The result codes of V.250 table 1, as a word and as a number."""

    OK = ("OK", 0)
    CONNECT = ("CONNECT", 1)
    RING = ("RING", 2)
    NO_CARRIER = ("NO CARRIER", 3)
    ERROR = ("ERROR", 4)
    NO_DIALTONE = ("NO DIALTONE", 6)
    BUSY = ("BUSY", 7)
    NO_ANSWER = ("NO ANSWER", 8)

    @property
    def word(self) -> str:
        """The word of ATV1."""
        return self.value[0]

    @property
    def number(self) -> int:
        """The number of ATV0."""
        return self.value[1]


class ResponseFormat:
    """Writes lines and results as the state of the wire wants them: ATV, ATQ, AT+CMEE.

    What is not known yet (None) is as at the factory: words, not quiet, plain ERROR.
    """

    def __init__(self, state: WireState) -> None:
        self.state = state

    def information(self, *lines: bytes) -> bytes:
        """The lines of one answer, or one unsolicited line: CR LF before the first and behind each."""
        if not lines:
            return b""
        return self.opening + _CRLF.join(lines) + _CRLF

    @property
    def opening(self) -> bytes:
        """What stands in front of an answer: of its first line, or of a text that has no line in front."""
        return b"" if self._numeric else _CRLF

    def prompt(self, mark: bytes) -> bytes:
        """A mark that asks for an entry and has no line end (3GPP TS 27.005 3.5.1: CR LF in front in any case)."""
        return _CRLF + mark

    def final(self, result: Result | str) -> bytes:
        """A result, or the words of a final result that only this command has (``SHUT OK``). Nothing under ATQ1."""
        if self.state.quiet:
            return b""
        if self._numeric:
            return b"%d\r" % result.number if isinstance(result, Result) else result.encode("ascii") + _CRLF
        return _CRLF + (result.word if isinstance(result, Result) else result).encode("ascii") + _CRLF

    def error(self, number: int | None = None, meaning: str = "", *, group: str = "CME") -> bytes:
        """A failure: plain, as number or in words, as +CMEE has it. Plain too where there is no number."""
        if number is None or not self.state.cmee:
            return self.final(Result.ERROR)
        return self.final(f"+{group} ERROR: {meaning if self.state.cmee > 1 and meaning else number}")

    @property
    def _numeric(self) -> bool:
        return self.state.verbose is False
