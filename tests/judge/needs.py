"""What a transcript needs around the module, by the kind of the need: the one place where the judge finds it.

A service joins in three steps. A file of its own (``mail_needs.py``, as ``ftp_needs.py`` is) holds its peer and the
functions that provide it; its kinds of need are entered in ``PROVIDERS`` here; and its key moves from ``UNJUDGED`` in
``declared.py`` to ``DECLARED`` in ``tests/test_transcripts.py`` (its forms: ``CASES`` of ``inventory.py``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.judge import ftp_needs, http_needs, mail_needs, sim7100_ftp_needs, sim7100_http_needs, sim7100_mail_needs
from tests.judge.surroundings import Provider, Surroundings
from tests.judge.transcript import Transcript

__all__ = ["INSIDE", "PROVIDERS", "surroundings"]

#: Needs that call for nothing outside: the module is so when it starts, or the steps of the setup make it so, or (the
#: data to post) the peer of another need sees to it.
INSIDE = {
    *(("bearer", state) for state in ("open", "closed")),
    *(("module-state", state) for state in ("factory", "post-data", "no-session", "cwd", "clock")),
    *(("module-state", state) for state in ("stopped", "started")),
}


def _of_family(**providers: Provider) -> Provider:
    """Who provides for a kind of need that is another thing in each language of e-mail."""

    async def provide(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
        await providers[found.transcript.family](found, need, stack)

    return provide


#: Who provides for the other kinds of need. They are met in this order: a proxy has to know the servers behind it.
PROVIDERS: Mapping[str, Provider] = {
    "ftp-server": _of_family(sim800=ftp_needs.server, sim7000=ftp_needs.server, sim7100=sim7100_ftp_needs.server),
    "ftps-server": sim7100_ftp_needs.server,
    "directory-listing": sim7100_ftp_needs.listing,
    "http-server": _of_family(sim800=http_needs.server, sim7100=sim7100_http_needs.server),
    "https-server": sim7100_http_needs.secure_server,
    "http-proxy": http_needs.proxy,
    "smtp-server": _of_family(sim900=mail_needs.server, sim7100=sim7100_mail_needs.server),
    "pop3-server": _of_family(sim900=mail_needs.box, sim7100=sim7100_mail_needs.box),
    "network": mail_needs.network,
    "module-file": sim7100_ftp_needs.file,
}
#: Who has something to do beside, at needs that call for nothing outside.
ATTENDANTS: Mapping[str, Provider] = {
    "bearer": mail_needs.bearer,
    "module-state": _of_family(
        sim800=mail_needs.lengths,
        sim900=mail_needs.lengths,
        sim7000=mail_needs.lengths,
        sim7100=sim7100_mail_needs.state,
    ),
}


@asynccontextmanager
async def surroundings(transcript: Transcript) -> AsyncIterator[Surroundings]:
    """All that ``needs`` names; an unknown need is an error of the judge, never passed over."""
    found = Surroundings(transcript)
    for need in transcript.needs:
        known = need["kind"] in PROVIDERS or (need["kind"], need.get("state")) in INSIDE
        assert known, f"nobody provides {need}"
    async with AsyncExitStack() as stack:
        for kind, provide in (*PROVIDERS.items(), *ATTENDANTS.items()):
            for need in transcript.needs:
                if need["kind"] == kind:
                    await provide(found, transcript.resolve_all(need), stack)
        yield found
