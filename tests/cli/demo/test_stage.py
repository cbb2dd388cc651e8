from __future__ import annotations

import hashlib
import os

import pytest

from simcom_async.cli.demo.stage import Outcome, Row, Stage, Step, sha256
from simcom_async.cli.output import Report
from simcom_async.errors import UsageError
from simcom_async.sites import HttpSite, ProxySite, Route


async def test_the_whole_stack_is_on_it() -> None:
    async with Stage("sim800", [HttpSite, ProxySite, HttpSite]) as stage:
        number = stage.path.rpartition("/")[2]
        assert number in os.listdir("/dev/pts")
        assert stage.modem.identity.model == "SIMCOM_SIM800"
        web, proxy = stage.site(HttpSite), stage.site(ProxySite)
        response = await stage.modem.http.get(web.publish("/a", b"x"), proxy=f"127.0.0.1:{proxy.port}")
        assert response.body == b"x"
        assert len(proxy.requests) == 1
        assert [address.rpartition(":")[2] for address in stage.addresses] == [str(web.port), str(proxy.port)]
    assert number not in os.listdir("/dev/pts")


def other_web() -> HttpSite:
    return HttpSite([Route(path="/", body=b"other")])


async def test_only_what_is_needed_is_there_each_made_once() -> None:
    async with Stage("sim800", [HttpSite, other_web]) as stage:
        assert stage.site(HttpSite) is not stage.site(other_web)
        assert (await stage.modem.http.get(stage.site(other_web).url_of("/"))).body == b"other"
        with pytest.raises(KeyError):
            stage.site(ProxySite)


async def test_nothing_stays_when_it_cannot_be_set_up() -> None:
    stage = Stage("sim801", [HttpSite])
    with pytest.raises(UsageError, match="sim801"):
        await stage.__aenter__()
    with pytest.raises(UsageError, match="no port"):
        _ = stage.site(HttpSite).port


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
