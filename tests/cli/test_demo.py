from __future__ import annotations

import pytest

from simcom_async.cli.demo import steps
from simcom_async.cli.demo.stage import Outcome, Stage, Step
from simcom_async.cli.output import Report
from simcom_async.errors import HttpError
from tests.cli.conftest import Simcom

COUNT = sum(map(len, steps.STEPS.values()))
SHOWN = (
    "HTTP GET",
    "POST",
    "HEAD",
    "resumed",
    "proxy",
    "300 kB",
    "1 MB",
    "FTP PUT",
    "memory",
    "ETX",
    "active",
    "mail",
    "files",
)
LIMIT = 300  # seconds that all of it may take, on a machine that is busy


@pytest.mark.timeout(LIMIT)
async def test_every_result_is_verified(simcom: Simcom) -> None:
    shown = await simcom("demo")
    assert shown.status == 0, shown.text
    assert f"{COUNT} of {COUNT} results verified" in shown.text
    assert all(what in shown.text for what in SHOWN)
    assert "HTTP GET 300 kB" in shown.errors
    assert "300000 of 300000 bytes" in shown.errors


async def test_json(simcom: Simcom, monkeypatch: pytest.MonkeyPatch) -> None:
    some = {dialect: steps.STEPS[dialect][:4] for dialect in ("sim800", "sim7100")}
    monkeypatch.setattr(steps, "STEPS", some)
    shown = await simcom("demo", "--json")
    assert shown.status == 0
    assert [(row["dialect"], row["operation"]) for row in shown.json] == [
        (dialect, step.name) for dialect, shown in some.items() for step in shown
    ]
    assert all(row["verified"] and row["complaint"] is None and row["sha256"] for row in shown.json)
    assert {row["bytes"] for row in shown.json} >= {4_000, 200_000}


async def wrong(stage: Stage, report: Report) -> Outcome:
    return Outcome(3, "aa", "bb")


async def failing(stage: Stage, report: Report) -> Outcome:
    raise HttpError("603, DNS error", remedy="check the name")


async def good(stage: Stage, report: Report) -> Outcome:
    return Outcome(3, "aa", "aa")


async def test_a_wrong_result_is_told_by_the_status(simcom: Simcom, monkeypatch: pytest.MonkeyPatch) -> None:
    three = (Step("wrong", wrong), Step("failing", failing), Step("good", good))
    monkeypatch.setattr(steps, "STEPS", {"sim800": three})
    shown = await simcom("demo")
    assert shown.status == 1
    assert "1 of 3 results verified" in shown.text
    assert "differs: bb was expected" in shown.text
    assert "603, DNS error; check the name" in shown.text
    assert shown.errors.endswith("simcom: 2 of 3 results are wrong\n")
