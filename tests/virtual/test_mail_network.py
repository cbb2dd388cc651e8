from __future__ import annotations

from simcom_async.virtual.mail_network import NETWORK_TIMEOUT, MailNetwork
from tests.virtual.mail_host import module


async def test_it_is_brought_up_when_it_is_needed() -> None:
    async with module() as virtual:
        network = MailNetwork(virtual)
        assert not network.up
        assert network.bring_up()
        assert network.up
        assert network.bring_up()
        virtual.network.lose_coverage()
        assert not network.up
        assert not network.bring_up()
        virtual.network.regain_coverage()
        assert network.bring_up()


async def test_how_long_a_server_may_be_silent() -> None:
    async with module() as virtual:
        assert MailNetwork(virtual).timeout == NETWORK_TIMEOUT
    async with module(network_timeout=3) as virtual:
        assert MailNetwork(virtual).timeout == 3
