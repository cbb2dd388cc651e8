"""What a program would say to a session where the manual's example shows a dialogue by hand."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simcom_async.modem import Modem
from tests.judge.surroundings import Surroundings

__all__ = ["Verb"]

#: What every session may send beside an example: it finds and identifies the module, looks whether there is a network
#: and a bearer.
ALSO = re.compile(r"AT|ATE0|ATI|AT\+CMEE=1|AT\+CGM[IMR]|AT\+CGSN|AT\+CPIN\?|AT\+CREG\?|AT\+CGATT\?|AT\+SAPBR=2,1")


@dataclass(frozen=True, kw_only=True)
class Verb:
    """The verb of one example: ``act`` says it and judges what it returns, in the surroundings of the example.

    ``also``: a pattern of the lines that it may send beside those of the example. ``settings``: a pattern of lines
    whose order means nothing. ``pieces``: a pattern of what differs in lines that move a body in parts, which count
    as one. ``spare``: a pattern of lines of the example that the verb has no need of. ``options`` are those of the
    virtual modem.
    """

    act: Callable[[Modem, Surroundings], Awaitable[None]]
    also: str = "(?!)"
    settings: str = "(?!)"
    pieces: str = "(?!)"
    spare: str = "(?!)"
    options: Mapping[str, Any] = field(default_factory=dict)

    def may_send(self, line: str) -> bool:
        """Whether the example need not have the line."""
        return bool(ALSO.fullmatch(line) or re.fullmatch(self.also, line))

    def beside(self, lines: Sequence[str], example: Sequence[str]) -> list[str]:
        """The lines beside those of the example, which have to be there in its order."""
        rest: list[str] = []
        sent, wanted = self._plain(lines), self._plain([line for line in example if not re.fullmatch(self.spare, line)])
        for line in [*self._settings(wanted)]:
            assert line in sent, f"{line} was not sent: {lines}"
            sent.remove(line)
        wanted = [line for line in wanted if not re.match(self.settings, line)]
        for line in sent:
            if wanted and line == wanted[0]:
                del wanted[0]
            else:
                rest.append(line)
        assert not wanted, f"{wanted[0]} was not sent, or not in the order of the example: {lines}"
        return rest

    def _settings(self, lines: Sequence[str]) -> list[str]:
        return [line for line in lines if re.match(self.settings, line)]

    def _plain(self, lines: Sequence[str]) -> list[str]:
        """A body that moves in parts counts as moved at once."""
        found: list[str] = []
        for line in lines:
            plain = re.sub(self.pieces, "", line, flags=re.IGNORECASE)
            if plain == line or found[-1:] != [plain]:
                found.append(plain)
        return found
