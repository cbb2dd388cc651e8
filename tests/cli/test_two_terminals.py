"""Two terminals: a virtual modem in one, ``simcom http get`` in the other, and a real server."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
from pathlib import Path

import pytest

from simcom_async.sites import HttpSite, generated
from tests.cli.conftest import finished, first_line, running

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

LIMIT = 60.0


async def test_a_file_of_300_kb_with_a_progress_bar(site: HttpSite, tmp_path: Path) -> None:
    url = site.publish("/fw.bin", 300_000)
    async with running("virtual", "--dialect", "sim800", "--pty", "--set", "urc_delay=0") as virtual:
        port = (await first_line(virtual))["pty"]
        shown = await on_a_terminal("http", "get", "--port", port, url, "-o", str(tmp_path / "fw.bin"))
    assert (tmp_path / "fw.bin").read_bytes() == generated(0, 300_000)
    assert "━━━━" in shown
    assert "300.0/300.0 kB" in shown


async def test_a_body_of_1_mb_by_ranges(site: HttpSite, tmp_path: Path) -> None:
    url = site.publish("/fw.bin", 1_000_000)
    async with running("virtual", "--dialect", "sim800", "--pty", "--set", "urc_delay=0") as virtual:
        port = (await first_line(virtual))["pty"]
        words = ("http", "get", "--port", port, url, "-o", str(tmp_path / "fw.bin"), "--json")
        async with running(*words) as client:
            assert client.stdout is not None
            async with asyncio.timeout(LIMIT):
                facts = json.loads(await client.stdout.read())
            assert (await finished(client))[0] == 0
    assert (tmp_path / "fw.bin").read_bytes() == generated(0, 1_000_000)
    assert (facts["status"], facts["length"], facts["sha256"]) == (200, 1_000_000, site.checksum("/fw.bin"))
    assert len([request for request in site.requests if request.header("Range")]) >= 3


async def test_the_delay_of_real_modules_is_waited_for(site: HttpSite, tmp_path: Path) -> None:
    """Just as typed, with nothing set."""
    url = site.publish("/a", 5_000)
    async with running("virtual", "--dialect", "sim800", "--pty") as virtual:
        port = (await first_line(virtual))["pty"]
        async with running("http", "get", "--port", port, url, "-o", str(tmp_path / "a")) as client:
            assert (await finished(client))[0] == 0
    assert (tmp_path / "a").read_bytes() == generated(0, 5_000)


async def on_a_terminal(*words: str) -> str:
    """What a command shows whose stderr is a terminal."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "30"}
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "simcom_async", *words),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=slave,
            env=environment,
        )
    finally:
        os.close(slave)
    try:
        shown = await asyncio.to_thread(read_all, master)
        async with asyncio.timeout(LIMIT):
            assert await process.wait() == 0
    finally:
        os.close(master)
    return shown


def read_all(master: int) -> str:
    shown = b""
    while True:
        try:
            shown += os.read(master, 65536)
        except OSError:  # the last one who had the terminal open has gone
            return shown.decode()
