from __future__ import annotations

from tests.cli.conftest import VIRTUAL, Simcom


async def test_all_that_there_is_to_know(simcom: Simcom) -> None:
    shown = await simcom("info", "--port", VIRTUAL + "&rssi=7&imei=490154203237518", "--json")
    assert shown.status == 0
    facts = shown.json
    assert (facts["dialect"], facts["imei"]) == ("sim800", "490154203237518")
    assert (facts["manufacturer"], facts["model"]) == ("SIMCOM_Ltd", "SIMCOM_SIM800")
    assert facts["sim"] == "READY"
    assert facts["signal"] == {"rssi": 7, "dbm": -100, "ber": 0}
    assert facts["registration"]["registered"] is True
    assert facts["operator"] == "Loopback"
    assert facts["bearer"] == {"open": False, "address": None}
    assert facts["problems"] == {}


async def test_for_people(simcom: Simcom) -> None:
    shown = await simcom("info", "--port", VIRTUAL)
    lines = [line.split(maxsplit=1) for line in shown.text.splitlines()]
    assert ["signal", "rssi 21, dbm -72, ber 0"] in lines
    assert ["bearer", "open no"] in lines
    assert ["product", "SIM800 R14.18"] in lines
    assert shown.errors == ""


async def test_what_the_module_cannot_tell_is_said(simcom: Simcom) -> None:
    """The general dialect has no bearer; the rest is known all the same."""
    words = ("info", "--port", VIRTUAL, "--dialect", "general")
    shown = await simcom(*words)
    assert shown.status == 0
    assert "bearer: " in shown.errors
    assert "rssi 21" in shown.text
    facts = (await simcom(*words, "--json")).json
    assert facts["bearer"] is None
    assert "bearer" in facts["problems"]
