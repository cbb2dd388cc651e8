from __future__ import annotations

import asyncio
import os
import signal

import click
import pytest

from simcom_async.cli.serving import ADDRESS, announce, client_port, place, stop_signals, stopped
from simcom_async.errors import PortLost
from simcom_async.ports import PtyPort, TcpListener


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:0", ("127.0.0.1", 0)), ("[::1]:80", ("::1", 80)), ("localhost:65535", ("localhost", 65535))],
)
def test_an_address(text: str, address: tuple[str, int]) -> None:
    assert ADDRESS.convert(text, None, None) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "80",
        ":80",
        "localhost",
        "localhost:",
        "localhost:65536",
        "localhost:-1",
        pytest.param("h:" + "9" * 5_000, id="without-end"),
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(click.BadParameter, match="HOST:PORT"):
        ADDRESS.convert(text, None, None)


async def test_where_clients_come() -> None:
    for port, key in ((client_port(None), "pty"), (client_port(("127.0.0.1", 0)), "tcp")):
        assert isinstance(port, PtyPort if key == "pty" else TcpListener)
        await port.open(lambda data: None, lambda error: None)
        try:
            assert list(place(port)) == [key]
        finally:
            await port.aclose()


def test_the_announcement_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    announce({"tcp": ("127.0.0.1", 1)})
    assert capsys.readouterr().out == '{"tcp": ["127.0.0.1", 1]}\n'


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_is_told_and_does_nothing_else(number: signal.Signals) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals() as told:
        os.kill(os.getpid(), number)
        async with asyncio.timeout(60):
            await stopped(told, asyncio.Event().wait())  # type: ignore[arg-type]
    assert signal.getsignal(signal.SIGTERM) == before


async def test_a_failure_ends_it() -> None:
    async def failure() -> None:
        raise PortLost("it is gone")

    with pytest.raises(PortLost, match="it is gone"):
        await stopped(asyncio.Event(), failure())
