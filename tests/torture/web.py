"""HTTP and HTTPS, by all flows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar

from simcom_async.sites import HttpSite, LoopbackCA, Route, ServerFault
from simcom_async.virtual.faults import FailServer, ServerFailure
from tests.torture.scene import Corrupt, Doubled, Scene, right

__all__ = ["WebScene"]

LONGEST = 5_000
CERTIFICATES = LoopbackCA()
CONTEXT = CERTIFICATES.issue()


class WebScene(Scene):
    """A verb over http; a family named ``sim7100+tls`` has it over https."""

    service = "http"
    verbs = ("get", "head", "delete", "post", "stream", "rest")
    families: ClassVar[tuple[str, ...]] = ("sim800", "sim900", "sim7100", "sim800+tls", "sim7100+tls")

    @asynccontextmanager
    async def site(self) -> AsyncIterator[None]:
        self.family, _, tls = self.family.partition("+")
        self.body = self.random.randbytes(self.random.randrange(1, LONGEST))
        async with HttpSite(tls=CONTEXT if tls else None) as self.web:
            method = {"delete": "DELETE", "post": "POST"}.get(self.verb, "GET")
            close, chunked = (
                self.random.random() < 0.3,
                self.random.random() < 0.3 and self.verb not in ("post", "rest"),
            )
            route = Route(method=method, path="/x", body=self.body, close=close, chunked=chunked)
            if method == "POST":
                route = replace(route, body=None, echo=True)
            self.route = replace(route, ranges=self.verb == "rest")
            self.web.routes.append(self.route)
            self.web.publish("/next", b"next")
            yield

    @property
    def url(self) -> str:
        return self.web.url_of("/x")

    async def do_get(self) -> Any:
        return await self.modem.http.get(self.url)

    async def do_head(self) -> Any:
        return await self.modem.http.head(self.url)

    async def do_delete(self) -> Any:
        return await self.modem.http.delete(self.url)

    async def do_post(self) -> Any:
        return await self.modem.http.post(self.url, self.body)

    async def do_rest(self) -> Any:
        return await self.modem.http.get(self.url, offset=len(self.body) // 2)

    async def do_stream(self) -> Any:
        async with self.modem.http.stream("GET", self.url) as response:
            return response.status, b"".join([piece async for piece in response])

    def whole(self, result: Any) -> None:
        right(result.status, 200, "status")
        right(result.body, self.body, "body")
        self.damage()
        if self.verb == "post":
            right(self._asked()[-1].body, self.body, "what was posted")

    def check_head(self, result: Any) -> None:
        right((result.status, result.body), (200, b""), "head")

    def check_rest(self, result: Any) -> None:
        offset = len(self.body) // 2  # of a single byte all is asked for
        right((result.status, result.body), (206 if offset else 200, self.body[offset:]), "rest")

    def check_stream(self, result: Any) -> None:
        right(result, (200, self.body), "stream")

    def damage(self) -> None:
        if self.verb in ("post", "delete") and len(self._asked()) > 1:
            raise Doubled(f"{len(self._asked())} requests")
        for request in self._asked():
            if self.verb == "post" and not self.body.startswith(request.body):
                raise Corrupt("the server got another body")

    async def plain(self) -> None:
        right((await self.modem.http.get(self.web.url_of("/next"))).body, b"next", "the next body")

    def _asked(self) -> list[Any]:
        return [one for one in self.web.requests if one.path == "/x" and one.method == self.route.method]

    def slow(self) -> str:
        return self._struck(rate=self.random.choice((20_000, 50_000)))

    def silent(self) -> str:
        return self._struck(fault=ServerFault.HANG, fault_after=self._somewhere())

    def resetting(self) -> str:
        fault = self.random.choice((ServerFault.RESET, ServerFault.CLOSE))
        return self._struck(fault=fault, fault_after=self._somewhere())

    def lying(self) -> str:
        if self.random.random() < 0.4:
            return self._struck(fault=ServerFault.GARBAGE)
        self.lies = True
        length = len(self.body)
        said, instead = (
            f"Content-Length: {number}" for number in (length, max(0, length + self.random.choice((-1, 1, 900))))
        )
        self.virtual.faults.add(FailServer(ServerFailure.LIE, said=said, instead=instead))
        return f"{instead} for {said}"

    def calm(self) -> None:
        self.web.routes[:] = [self.route]
        self.web.gate.open()

    def _somewhere(self) -> int | None:
        return self.random.choice((None, self.random.randrange(len(self.body))))

    def _struck(self, **changes: Any) -> str:
        self.web.routes[:] = [replace(self.route, **changes)]
        return ", ".join(f"{name}={value}" for name, value in changes.items() if name != "body")
