"""What ``simcom http get --resume`` does: it goes on with what an earlier try has left of a file, where that fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from simcom_async.sessions.http_resume import OVERLAP, behind
from simcom_async.sessions.local_file import LocalFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simcom_async.cli.output import Report
    from simcom_async.modem import Modem
    from simcom_async.sessions.http import HttpStream
    from simcom_async.sessions.http_request import HttpOptions

__all__ = ["Fetched", "HttpFetch"]

_OK, _PARTIAL, _NO_RANGE = 200, 206, 416


@dataclass(frozen=True, slots=True)
class Fetched:
    """How the server answered at last, and what there is of the file: ``offset`` bytes of it were there before."""

    status: int
    headers: Mapping[str, str] | None
    offset: int
    length: int
    sha256: str

    @property
    def whole(self) -> bool:
        """Whether the file is all there: the server had it, and gave it."""
        return self.status in (_OK, _PARTIAL)

    def __str__(self) -> str:
        behind = f" from {self.offset} on" if self.offset else ""
        return f"{self.length - self.offset} bytes{behind}, SHA-256 {self.sha256}"


@dataclass(kw_only=True)
class HttpFetch:
    """One resource on its way to a file.

    What is there is gone on with where the server's time is that of the file, its size is no smaller, and the last
    bytes, asked for once more, are the same; else it is begun anew.
    """

    url: str
    path: Path
    options: HttpOptions
    _file: LocalFile = field(init=False)

    async def run(self, modem: Modem, report: Report) -> Fetched:
        """Fetch it. Raises HttpError, LinkError and so on; what has come then stays beside its place."""
        self._file = LocalFile(self.path, resume=True)
        while (done := await self._attempt(modem, report)) is None:
            await self._file.drop()
        return done

    async def _attempt(self, modem: Modem, report: Report) -> Fetched | None:
        """Ask for the rest; None: what is there belongs to something else."""
        file = self._file
        start = await file.open()
        time: datetime | None = None
        try:
            tail = file.tail(OVERLAP)
            ahead = start - len(tail)
            options: HttpOptions = {**self.options, "offset": ahead, "resume": True}
            options["progress"] = lambda done, size: report(ahead + done, None if size is None else ahead + size)
            async with modem.http.stream("GET", self.url, **options) as response:
                if response.status not in (_OK, _PARTIAL):
                    await file.keep()
                    other = response.status == _NO_RANGE and start > 0
                    return None if other else self._fetched(response, start)
                told = _modified(response.headers)
                size = None if response.length is None else ahead + response.length
                if not file.fits(size, told):
                    await file.keep()
                    return None
                time = told
                if not await self._received(response, tail):
                    await file.keep()
                    return None
                await file.commit(time)
                return self._fetched(response, start)
        except BaseException:
            await file.keep(time)
            raise

    async def _received(self, response: HttpStream, tail: bytes) -> bool:
        """Write what is missing; False: the bytes in front of it are not those that are there."""
        rest = await behind(lambda: anext(response, b""), tail)
        if rest is None:
            return False
        self._file.write(rest)
        async for piece in response:
            self._file.write(piece)
        return True

    def _fetched(self, response: HttpStream, start: int) -> Fetched:
        return Fetched(response.status, response.headers, start, self._file.size, self._file.checksum)


def _modified(headers: Mapping[str, str] | None) -> datetime | None:
    """The time of the resource, where the server tells it (RFC 9110 section 8.8.2)."""
    try:
        found = parsedate_to_datetime((headers or {})["last-modified"])
    except (KeyError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
