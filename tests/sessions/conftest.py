"""A virtual SIM800 in memory, a real web server, and a modem between them."""

from __future__ import annotations

from collections.abc import AsyncIterator

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
