"""Two ports joined: what one receives the other sends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from simcom_async.errors import SimcomError
from simcom_async.ports.port import LOW_WATER, Sink

if TYPE_CHECKING:
    from simcom_async.ports.port import Port

__all__ = ["Bridge"]


class Bridge:
    """Joins the port of a client to that of a module: ``async with Bridge(client, module) as bridge``.

    A side that takes its bytes slowly holds the other one back.
    """

    def __init__(self, client: Port, module: Port) -> None:
        self._client = client
        self._module = module
        self._draining: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        await self._client.open(self._to(self._module, self._client), self._fail)
        try:
            await self._module.open(self._to(self._client, self._module), self._fail)
        except BaseException:
            await self._client.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._draining:
            task.cancel()
        try:
            await self._module.aclose()
        finally:
            await self._client.aclose()

    async def failure(self) -> None:
        """Wait until one of the ports fails; raises its error."""
        await asyncio.shield(self._failed)

    def _to(self, target: Port, source: Port) -> Sink:
        def take(data: bytes) -> None:
            try:
                target.write(data)
            except SimcomError as error:
                self._fail(error)
                return
            if target.pending > LOW_WATER:
                source.pause()
                task = asyncio.ensure_future(self._hold_back(source, target))
                self._draining.add(task)
                task.add_done_callback(self._draining.discard)

        return take

    async def _hold_back(self, source: Port, target: Port) -> None:
        try:
            await target.drain()
        except SimcomError as error:
            self._fail(error)
        source.resume()

    def _fail(self, error: SimcomError) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)
