"""What the commands share that serve until they are told to stop: where, and the signals."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from simcom_async.ports.address import host_and_port

if TYPE_CHECKING:
    from simcom_async.ports.pty import PtyPort
    from simcom_async.ports.tcp import TcpListener

__all__ = ["ADDRESS", "Address", "announce", "client_port", "place", "stop_signals", "stopped"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Address(click.ParamType[tuple[str, int]]):
    """``HOST:PORT``; port 0 takes a free one."""

    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Host and port."""
        found = host_and_port(str(value))
        if found is None or not found[0] or found[1] > 65535:
            self.fail(f"{value!r} is not HOST:PORT, such as 127.0.0.1:0", param, ctx)
        return found[0].removeprefix("[").removesuffix("]"), found[1]


ADDRESS = Address()


def client_port(tcp: tuple[str, int] | None, connected: Callable[[], None] | None = None) -> PtyPort | TcpListener:
    """What clients come to: TCP where that was asked for, else a pseudo-terminal; ``connected``: of a TCP client."""
    from simcom_async.ports.pty import PtyPort
    from simcom_async.ports.tcp import TcpListener

    return PtyPort() if tcp is None else TcpListener(*tcp, connected=connected)


def place(port: PtyPort | TcpListener) -> dict[str, object]:
    """Where clients find an open port, as it is announced."""
    from simcom_async.ports.pty import PtyPort

    return {"pty": port.path} if isinstance(port, PtyPort) else {"tcp": port.address}


def announce(facts: dict[str, object]) -> None:
    """The first line on stdout: where it can be reached, as one JSON object, at once."""
    click.echo(json.dumps(facts))
    sys.stdout.flush()


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set from now on; in the main thread only."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, told.set)
    try:
        yield told
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


async def stopped(told: asyncio.Event, failure: Coroutine[Any, Any, None]) -> None:
    """Wait for ``told``; raises what ``failure`` raises until then."""
    waiting = [asyncio.ensure_future(told.wait()), asyncio.ensure_future(failure)]
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in waiting:
            task.cancel()
