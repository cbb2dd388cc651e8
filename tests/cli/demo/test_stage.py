from __future__ import annotations

import hashlib
import os

import pytest

from simcom_async.cli.demo.stage import Outcome, Row, Stage, Step, sha256
from simcom_async.cli.output import Report
from simcom_async.errors import UsageError


async def test_the_whole_stack_is_on_it() -> None:
    async with Stage("sim800") as stage:
        number = stage.path.rpartition("/")[2]
        assert number in os.listdir("/dev/pts")
        assert stage.modem.identity.model == "SIMCOM_SIM800"
        response = await stage.modem.http.get(stage.site.publish("/a", b"x"), proxy=f"127.0.0.1:{stage.proxy.port}")
        assert response.body == b"x"
        assert len(stage.proxy.requests) == 1
    assert number not in os.listdir("/dev/pts")


async def test_nothing_stays_when_it_cannot_be_set_up() -> None:
    stage = Stage("sim801")
    with pytest.raises(UsageError, match="sim801"):
        await stage.__aenter__()
    with pytest.raises(UsageError, match="no port"):
        _ = stage.site.port


async def test_a_step_becomes_a_row() -> None:
    async def run(stage: Stage, report: Report) -> Outcome:
        return Outcome(7, "aa", "aa", "too late")

    row = await Step("late", run).perform(Stage("sim800"), lambda done, total: None)
    assert (row.dialect, row.name, row.size, row.checksum, row.verified) == ("sim800", "late", 7, "aa", False)
    assert row.verdict == "too late"


def test_a_row_for_programs() -> None:
    row = Row("sim800", "GET", 7, 0.12345, "aa", "")
    assert row.verdict == "yes"
    assert row.as_json() == {
        "dialect": "sim800",
        "operation": "GET",
        "bytes": 7,
        "seconds": 0.123,
        "sha256": "aa",
        "verified": True,
        "complaint": None,
    }


def test_the_checksum() -> None:
    assert sha256(b"abc") == hashlib.sha256(b"abc").hexdigest()
