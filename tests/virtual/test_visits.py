from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from simcom_async.virtual.visits import Visits
from tests.virtual.client import PATIENCE, until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who opens a terminal")


class Doorman:
    """Notes who comes and goes."""

    def __init__(self, path: str) -> None:
        self.seen: list[str] = []
        self.changed = asyncio.Event()
        self.visits = Visits(path, lambda: self.note("came"), lambda: self.note("left"))

    def note(self, word: str) -> None:
        self.seen.append(word)
        self.changed.set()

    async def until(self, words: list[str]) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.seen != words:
                self.changed.clear()
                await self.changed.wait()


async def test_the_first_comes_and_the_last_leaves(tmp_path: Path) -> None:
    path = tmp_path / "door"
    path.touch()
    doorman = Doorman(str(path))
    assert doorman.visits.watching
    one = os.open(path, os.O_RDWR)
    two = os.open(path, os.O_RDWR)
    await doorman.until(["came"])
    os.close(one)
    os.close(two)
    await doorman.until(["came", "left"])
    os.close(os.open(path, os.O_RDONLY))
    await doorman.until(["came", "left", "came", "left"])
    doorman.visits.close()
    doorman.visits.close()
    assert not doorman.visits.watching


async def test_several_doors_are_kept_apart(tmp_path: Path) -> None:
    doormen = []
    for name in ("one", "two"):
        (tmp_path / name).touch()
        doormen.append(Doorman(str(tmp_path / name)))
    os.close(os.open(tmp_path / "two", os.O_RDONLY))
    await doormen[1].until(["came", "left"])
    doormen[1].visits.close()
    os.close(os.open(tmp_path / "two", os.O_RDONLY))
    os.close(os.open(tmp_path / "one", os.O_RDONLY))
    await doormen[0].until(["came", "left"])
    assert doormen[1].seen == ["came", "left"]
    doormen[0].visits.close()


async def test_a_file_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    doorman = Doorman(str(tmp_path / "nothing"))
    assert not doorman.visits.watching
    doorman.visits.close()


async def test_looking_away_ends_it_at_once(tmp_path: Path) -> None:
    path = tmp_path / "door"
    path.touch()
    seen: list[str] = []

    def came() -> None:
        seen.append("came")
        visits.close()

    visits = Visits(str(path), came, lambda: seen.append("left"))
    os.close(os.open(path, os.O_RDWR))
    await until(lambda: seen)
    assert seen == ["came"]
