"""Literal lines of the SIM800 AT manual V1.12 (2.2.9, 2.2.33 to 2.2.38, 3.2.8 to 3.2.11, 19.1) and of other series."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Command
from simcom_async.commands.identity import (
    Capabilities,
    CapabilityList,
    GsmManufacturer,
    GsmModel,
    GsmRevision,
    GsmSerialNumber,
    Identify,
    InformationText,
    ManufacturerIdentification,
    ModelIdentification,
    ProductInformation,
    Revision,
    RevisionIdentification,
    SerialNumber,
    SerialNumberIdentification,
)
from simcom_async.dialects import GENERAL, SIM800
from tests.commands.spoken import answer, heard, line, said


@pytest.mark.parametrize("said_line", ["SIM800 R11.08", "SIM800 R14.18", "SIM7000G R1529"])
def test_the_product_in_one_line(said_line: str) -> None:
    assert answer(Identify(), said_line) == (InformationText(text=said_line),)


def test_the_product_in_several_lines() -> None:
    lines = (
        "Manufacturer: SIMCOM INCORPORATED",
        "Model: SIMCOM_SIM5320E",
        "Revision: SIM5320E_V1.5",
        "IMEI: 012345678901234",
    )
    found = answer(Identify(), *lines, "+GCAP: +CGSM,+FCLASS,+DS")
    assert found == tuple(InformationText(text=text) for text in lines)


@pytest.mark.parametrize("dialect", [GENERAL, SIM800], ids=lambda dialect: dialect.name)
def test_a_boot_line_is_no_part_of_the_product(dialect: object) -> None:
    exchange, events = said(Identify(), b"\r\nSIM800 R14.18\r\n\r\nCall Ready\r\n\r\nOK\r\n")
    assert exchange.answer() == (InformationText(text="SIM800 R14.18"),)
    assert [event.kind for event in events] == ["reply", "urc", "final"]


def test_the_three_lines_of_gsv() -> None:
    lines = ("SIMCOM_Ltd", "SIMCOM_SIM800H", "Revision: 1308B01SIM800H32")
    assert answer(ProductInformation(), *lines) == tuple(InformationText(text=text) for text in lines)


@pytest.mark.parametrize("command", [ManufacturerIdentification(), GsmManufacturer()])
def test_the_manufacturer(command: Command[object]) -> None:
    assert answer(command, "SIMCOM_Ltd") == InformationText(text="SIMCOM_Ltd")


@pytest.mark.parametrize("command", [ModelIdentification(), GsmModel()])
def test_the_model(command: Command[object]) -> None:
    assert answer(command, "SIMCOM_SIM800H") == InformationText(text="SIMCOM_SIM800H")


@pytest.mark.parametrize("command", [RevisionIdentification(), GsmRevision()])
@pytest.mark.parametrize(
    ("said_line", "revision"),
    [
        ("Revision:1308B08SIM800M32", "1308B08SIM800M32"),
        ("Revision: 1308B08SIM800M32", "1308B08SIM800M32"),
        ("+CGMR: 1575B09SIM5320E", "1575B09SIM5320E"),
    ],
)
def test_the_revision(command: Command[object], said_line: str, revision: str) -> None:
    assert answer(command, said_line) == Revision(revision=revision)


def test_the_revision_in_both_spacings() -> None:
    assert line(Revision(revision="1308B08SIM800M32")) == "Revision:1308B08SIM800M32"
    assert line(Revision(revision="1308B08SIM800M32"), documented=True) == "Revision: 1308B08SIM800M32"


@pytest.mark.parametrize("command", [SerialNumberIdentification(), GsmSerialNumber()])
def test_the_imei(command: Command[object]) -> None:
    assert answer(command, "866104029874912") == SerialNumber(imei="866104029874912")


def test_the_capabilities() -> None:
    assert answer(CapabilityList(), "+GCAP: +CGSM") == Capabilities(names="+CGSM")
    assert answer(CapabilityList(), "+GCAP:+FCLASS,+CGSM") == Capabilities(names="+FCLASS,+CGSM")


@pytest.mark.parametrize("written", ["ATI", "ATI3", "AT+GSV", "AT+GMI=?", "AT+CGMM=?", "AT+CGSN", "AT+GCAP"])
def test_how_they_are_read(written: str) -> None:
    assert isinstance(heard(written), Command)
