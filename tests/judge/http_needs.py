"""The servers of the HTTP transcripts, and what they have to have been asked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from simcom_async.sites import HttpSite, ProxySite, Route
from tests.judge.half_way import HALF_WAY, HalfWay
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Does, Step, Transcript, decoded
from tests.judge.visitor import Visitor
from tests.judge.wire import hostile

__all__ = ["HttpPeer", "proxy", "route", "server"]

#: Bytes that have to be posted in a transcript that does not show them.
POST_DATA = 2048


class HttpPeer:
    """A real server, perhaps behind a proxy."""

    def __init__(self, transcript: Transcript, site: HttpSite, *, slow: bool) -> None:
        self.site = site
        self.proxy: ProxySite | None = None
        needed = any(need.get("state") == "post-data" for need in transcript.needs)
        self.post_data = hostile(POST_DATA) if needed else b""
        self._half_way = HalfWay(site.gate, self.post_data) if slow else None

    async def before(self, visitor: Visitor, step: Step) -> None:
        """A slow server is held half way, so that the host can ask in the middle."""
        if self._half_way is not None:
            await self._half_way.before(visitor, step)

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """The payload is what the server sent, the entries are what it got."""
        transcript = visitor.transcript
        if visitor.payloads:
            assert visitor.payloads == [self.served()]
        entries = [transcript.entry(step) for step in transcript.whole if step.does is Does.ENTRY]
        posted = [request.body for request in self.site.requests if request.method == "POST"]
        assert posted == [*entries, *filter(None, [self.post_data])]
        if self.proxy is not None:
            assert [request.absolute for request in self.proxy.requests] == [True]
        return frozenset() if self._half_way is None else sums(visitor.bound)

    def served(self) -> bytes:
        """The bytes that the server has sent as the body of its last answer."""
        request = self.site.requests[-1]
        body = self.site.route_for(request.method, request.path).content()
        asked = request.header("Range")
        start = int(asked.removeprefix("bytes=").partition("-")[0]) if asked else 0
        assert request.sent == body.length - start, "the answer was not sent whole"
        return body.read(start, body.length - start)


def sums(bound: Mapping[str, str]) -> frozenset[str]:
    """C14: the document's digits are transposed; finished and remaining bytes are all there are."""
    values = {name: int(value) for name, value in bound.items()}
    assert values["status"] == 200
    assert values["len"] == values["finish1"] + values["remain1"] == 9355
    assert values["finish1"] == HALF_WAY
    assert values["finish2"] + values["remain2"] == POST_DATA
    assert values["finish2"] >= HALF_WAY
    return frozenset(bound)


async def server(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A server with the routes of the need."""
    site = await stack.enter_async_context(HttpSite([route(table) for table in need["routes"]]))
    found.hosts[_address(need["url"])] = site.address
    found.peers.append(HttpPeer(found.transcript, site, slow="slow" in need.get("behaviour", "")))


async def proxy(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A proxy, which alone finds the origin: a module that goes there by itself fails."""
    peer = found.peer(HttpPeer)
    assert peer is not None
    peer.proxy = ProxySite({name.partition(":")[0]: address for name, address in found.hosts.items()})
    await stack.enter_async_context(peer.proxy)
    found.hosts = {f"{need['host']}:{need['port']}": peer.proxy.address}


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
