"""A virtual SIM800 in memory, a real web server, and a modem between them."""

from __future__ import annotations

import resource
import signal
from collections.abc import AsyncIterator, Iterator

import pytest

from simcom_async.modem import Modem, open_modem
from simcom_async.sites import HttpSite
from simcom_async.virtual import VirtualModem


@pytest.fixture
async def site() -> AsyncIterator[HttpSite]:
    async with HttpSite() as site:
        yield site


@pytest.fixture
async def virtual() -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        yield virtual


@pytest.fixture
async def modem(virtual: VirtualModem) -> AsyncIterator[Modem]:
    async with open_modem(virtual.port(), apn="internet") as modem:
        yield modem


@pytest.fixture
def small_files() -> Iterator[int]:
    """No file may be longer than so many bytes."""
    limit = 300_000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)
