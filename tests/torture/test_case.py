"""The judge notices what it is there for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from simcom_async.errors import CommandTimeout, UsageError
from tests.torture.case import SCENES, Case, Verdict, judge, profile_of
from tests.torture.module import RawScene
from tests.torture.scene import SECRET, Corrupt, Doubled


class Broken(RawScene):
    """Does its verb well while it is ``sound``, else as the verb is called."""

    service = "broken"
    verbs = ("good", "unknown", "usage", "tells", "hangs", "other", "twice", "task", "timer", "descriptor", "dead")
    sound: ClassVar[bool] = True
    kept: ClassVar[list[int]] = []

    async def act(self) -> Any:
        await self.modem.at("+CSQ")
        match "good" if self.sound else self.verb:
            case "unknown":
                raise KeyError("x")
            case "usage":
                raise UsageError("nothing was wrong")
            case "tells":
                raise CommandTimeout(f"AT+X={SECRET}")
            case "hangs":
                await asyncio.Event().wait()
            case "task":
                self.left = asyncio.ensure_future(asyncio.Event().wait())
            case "timer":
                asyncio.get_running_loop().call_later(10_000, print)
            case "descriptor":
                self.kept.append(os.dup(0))

    def check(self, result: Any) -> None:
        if self.verb == "twice" and not self.sound:
            raise Doubled("two of them")
        if self.verb == "other" and not self.sound:
            raise Corrupt("another one")

    async def plain(self) -> None:
        if self.verb == "dead" and not self.sound:
            raise CommandTimeout("it does not answer any more")
        await super().plain()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Broken]]:
    monkeypatch.setitem(SCENES, Broken.service, Broken)
    yield Broken
    Broken.sound = True
    while Broken.kept:
        os.close(Broken.kept.pop())


@pytest.mark.parametrize(
    ("verb", "verdict"),
    [
        ("good", Verdict.RESULT),
        ("unknown", Verdict.WRONG),
        ("usage", Verdict.WRONG),
        ("tells", Verdict.WRONG),
        ("hangs", Verdict.HANG),
        ("other", Verdict.CORRUPT),
        ("twice", Verdict.DOUBLED),
        ("task", Verdict.TASKS),
        ("timer", Verdict.TASKS),
        ("descriptor", Verdict.DESCRIPTORS),
        ("dead", Verdict.DEAD),
    ],
)
def test_what_is_noticed(broken: type[Broken], verb: str, verdict: Verdict) -> None:
    profile_of(broken.service, "sim800", verb, 0)
    broken.sound = False
    assert judge(Case(broken.service, "sim800", verb, "split", 0)).verdict is verdict


def test_a_case_has_a_name() -> None:
    case = Case("ftp", "sim7100+tls", "upload-file", "server silent", 3, 6)
    assert Case.of(case.name, 6) == case
    assert case.command == 'python -m tests.torture --seed 6 --case "ftp/sim7100+tls/upload-file/server silent/3"'
