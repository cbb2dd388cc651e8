"""A client that shows every byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from simcom_async.sites import Site

Ask = Callable[..., Coroutine[Any, Any, bytes]]


async def everything(site: Site, said: bytes) -> bytes:
    """Say something, then read until the site closes the connection."""
    reader, writer = await asyncio.open_connection(*site.address)
    try:
        writer.write(said)
        async with asyncio.timeout(60):
            return await reader.read(-1)
    finally:
        writer.transport.abort()


@pytest.fixture
def ask() -> Ask:
    """Sends raw bytes to a site and returns all that it answers until it closes."""
    return everything
