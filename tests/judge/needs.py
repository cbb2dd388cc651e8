"""What a transcript needs around the module: real servers on loopback, and where the module finds them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from simcom_async.sites import HttpSite, ProxySite, Route
from tests.judge.transcript import Transcript, decoded
from tests.judge.wire import hostile

__all__ = ["HALF_WAY", "Surroundings", "surroundings"]

#: Bytes of a body that pass before a slow server stops, where it is slow: what the document's example shows.
HALF_WAY = 1440
#: Needs that call for nothing outside: the module is so when it starts, or the steps of the setup make it so.
INSIDE = {("bearer", "open"), ("bearer", "closed"), ("module-state", "factory"), ("module-state", "post-data")}


@dataclass(slots=True)
class Surroundings:
    """The servers of a transcript, and the table that leads the module to them."""

    site: HttpSite | None = None
    proxy: ProxySite | None = None
    slow: bool = False
    post_data: bytes = b""
    hosts: dict[str, tuple[str, int]] = field(default_factory=dict)

    def served(self) -> bytes:
        """The bytes that the server has sent as the body of its last answer."""
        assert self.site is not None
        request = self.site.requests[-1]
        body = self.site.route_for(request.method, request.path).content()
        asked = request.header("Range")
        start = int(asked.removeprefix("bytes=").partition("-")[0]) if asked else 0
        assert request.sent == body.length - start, "the answer was not sent whole"
        return body.read(start, body.length - start)


@asynccontextmanager
async def surroundings(transcript: Transcript) -> AsyncIterator[Surroundings]:
    """All that ``needs`` names; an unknown need is an error of the judge, never passed over."""
    found = Surroundings()
    async with AsyncExitStack() as stack:
        for need in sorted(transcript.needs, key=lambda need: str(need["kind"]), reverse=True):
            await _provide(found, transcript.resolve_all(need), stack)
        yield found


async def _provide(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    match need["kind"]:
        case "http-server":
            found.site = await stack.enter_async_context(HttpSite([route(table) for table in need["routes"]]))
            found.hosts[_address(need["url"])] = found.site.address
            found.slow = "slow" in need.get("behaviour", "")
        case "http-proxy":
            # The proxy alone finds the origin: a module that goes there by itself fails.
            found.proxy = ProxySite({name.partition(":")[0]: address for name, address in found.hosts.items()})
            await stack.enter_async_context(found.proxy)
            found.hosts = {f"{need['host']}:{need['port']}": found.proxy.address}
        case kind:
            assert (kind, need.get("state")) in INSIDE, f"nobody provides {need}"
            if need["state"] == "post-data":
                found.post_data = hostile(2048)


def _address(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return f"{parts.hostname}:{parts.port or 80}"


def route(table: Mapping[str, Any]) -> Route:
    """A route of ``needs``; a body of which only the length is known is hostile to any parser."""
    body = decoded(table["body"]) if "body" in table else hostile(table.get("length", 0))
    return Route(
        method=table["method"],
        path=table["path"],
        status=table["status"],
        body=body,
        location=table.get("location"),
        ranges=table.get("ranges", False),
        expect_length=table.get("expect_length"),
        expect_body=decoded(table["expect_body"]) if "expect_body" in table else None,
        content_type=table.get("content_type"),
        absolute_uri=table.get("absolute_uri", False),
    )
