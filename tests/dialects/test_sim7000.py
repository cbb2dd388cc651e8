"""The SIM7000 as its documents have it: transcripts, inventory of commands, habits."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simcom_async.at.codec import compiled
from simcom_async.at.command import Command, Form, Service
from simcom_async.at.commandline import parse
from simcom_async.commands.bearer import SapbrApn, SapbrContype, SapbrOpen, SapbrQuery
from simcom_async.commands.ftp_settings import FtpContextSave
from simcom_async.commands.http import HttpInit
from simcom_async.dialects import DIALECTS, SIM800, SIM7000
from simcom_async.errors import UnsupportedCommand
from simcom_async.sessions.identity import Identity, dialect_of

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "transcripts").glob("sim7000-*.toml"))
FINALS = {"OK", "ERROR"}
LETTERS = {Form.TEST: "T", Form.READ: "R", Form.WRITE: "W", Form.EXECUTE: "X"}
#: Lines that the manual has in one shape for the answer to a query and for an event.
TWICE = re.compile(r"\+FTPEXTGET: 1,\d+")

#: What clients stop without; the forms are those that they use.
BASE = {
    Form.EXECUTE: (
        *("E", "V", "Q", "Z", "&F", "&W", "&C", "&D", "X", "I", "H", "D", "+CGMI", "+CGMM", "+CGMR", "+CGSN"),
        *("+GSN", "+GMM", "+GMI", "+GMR", "+CIMI", "+CCID", "+CSQ", "+CBC", "+GCAP", "+GSV", "+CIPSHUT", "+CGNAPN"),
    ),
    Form.READ: (
        *("S", "+CPIN", "+CREG", "+CGREG", "+CEREG", "+COPS", "+CFUN", "+CGATT", "+CGDCONT", "+CGACT", "+CSCS"),
        *("+CMGF", "+CPMS", "+CNMI", "+CLTS", "+CCLK", "+IFC", "+IPR", "+ICF", "+CMEE", "+CNACT", "+CNCFG"),
    ),
    Form.WRITE: (
        *("S", "+CMEE", "+CPIN", "+CREG", "+CGREG", "+CEREG", "+COPS", "+CFUN", "+CGATT", "+CGDCONT", "+CGACT"),
        *("+CMGF", "+CMGS", "+CPOWD", "+IPR", "+IFC", "+CLTS", "+CCLK", "+CNACT", "+CNCFG"),
    ),
}


def steps(path: Path) -> Iterator[tuple[str, str]]:
    """Kind and text of every line of a transcript, captures and variables filled in as the document prints them."""
    with path.open("rb") as file:
        transcript: dict[str, Any] = tomllib.load(file)
    values = dict(transcript["vars"]) | {name: capture["doc"] for name, capture in transcript["captures"].items()}
    for step in (*transcript.get("setup", ()), *transcript["step"]):
        for kind in ("send", "recv"):
            for text in (step[kind], *step.get("alt", ())) if kind in step else ():
                yield kind, re.sub(r"\{(\w+)\}", lambda place: str(values[place[1]]), text)


def messages(line: str) -> list[str]:
    """The declared messages that a line is."""
    found = (kind.__name__ for kind in SIM7000.table.messages if compiled(kind).match(line.encode("ascii")))
    return [name for name in found if name != "InformationText"]


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_every_line_of_the_transcripts_is_declared(path: Path) -> None:
    found = list(steps(path))
    assert found
    for kind, text in found:
        if kind == "send":
            parts = list(parse(text[2:].encode("ascii"), SIM7000))
            assert [part.refusal for part in parts] == [None], text
        elif TWICE.fullmatch(text):
            assert messages(text) == ["FtpExtGetEvent", "FtpExtGetProgress"]
        elif text not in FINALS:
            assert len(messages(text)) == 1, (text, messages(text))


def test_the_transcripts_are_there() -> None:
    assert len(TRANSCRIPTS) == 21


@pytest.mark.parametrize(("form", "name"), [(form, name) for form, names in BASE.items() for name in names])
def test_the_base_set(form: Form, name: str) -> None:
    assert SIM7000.table.commands(name, form), f"{name} {form.value}"


@pytest.mark.parametrize(
    ("name", "sim800", "sim7000"),
    [
        ("+FTPPORT", "TRW", "TRW"),
        ("+FTPMODE", "TRW", "TRW"),
        ("+FTPTYPE", "TRW", "TRW"),
        ("+FTPPUTOPT", "TRW", "TRW"),
        ("+FTPCID", "TRW", "TRW"),
        ("+FTPREST", "TRW", "TRW"),
        ("+FTPSERV", "TRW", "TRW"),
        ("+FTPUN", "TRW", "TRW"),
        ("+FTPPW", "TRW", "TRW"),
        ("+FTPGETNAME", "TRW", "TRW"),
        ("+FTPGETPATH", "TRW", "TRW"),
        ("+FTPPUTNAME", "TRW", "TRW"),
        ("+FTPPUTPATH", "TRW", "TRW"),
        ("+FTPGET", "TW", "TW"),
        ("+FTPPUT", "TW", "TW"),
        ("+FTPSCONT", "RX", ""),
        ("+FTPDELE", "TX", "TWX"),
        ("+FTPSIZE", "TX", "TX"),
        ("+FTPSTATE", "TX", "TX"),
        ("+FTPEXTPUT", "TW", "TW"),
        ("+FTPMKD", "TX", "TX"),
        ("+FTPRMD", "TX", "TX"),
        ("+FTPLIST", "TW", "TW"),
        ("+FTPEXTGET", "TRW", "TRW"),
        ("+FTPQUIT", "TX", "TX"),
        ("+FTPETPUT", "", "TW"),
        ("+FTPETGET", "", "TW"),
        ("+FTPRENAME", "", "TX"),
        ("+FTPMDTM", "", "TX"),
        ("+SAPBR", "TW", "TW"),
        ("+CNACT", "", "RW"),
        ("+CNCFG", "", "TRW"),
        ("+CGNAPN", "", "TX"),
    ],
)
def test_the_forms_of_ftp_and_bearer(name: str, sim800: str, sim7000: str) -> None:
    assert {LETTERS[form] for form in SIM800.table.forms(name)} == set(sim800)
    assert {LETTERS[form] for form in SIM7000.table.forms(name)} == set(sim7000)


def test_its_services() -> None:
    assert SIM7000.services == {Service.FTP, Service.SMTP, Service.POP3, Service.BEARER}
    assert DIALECTS["sim7000"] is SIM7000


@pytest.mark.parametrize("command", [SapbrContype(), FtpContextSave(), HttpInit()])
def test_what_it_does_not_have(command: Command[Any]) -> None:
    with pytest.raises(UnsupportedCommand, match="sim7000 dialect"):
        SIM7000.admit(command)


def test_its_bearer_has_no_type() -> None:
    for command in (SapbrApn(value="CMNET"), SapbrOpen(), SapbrQuery()):
        SIM7000.admit(command)
    (part,) = parse(b'+SAPBR=3,1,"Contype","GPRS"', SIM7000)
    assert part.refusal is not None


def test_its_habits() -> None:
    assert SIM7000.habits.line_limit == 559
    assert SIM7000.habits.cmee == 0
    assert SIM7000.habits.boot == ("RDY", "+CFUN: 1", "+CPIN: READY", "SMS Ready")
    assert SIM7000.habits.power_down == "NORMAL POWER DOWN"


@pytest.mark.parametrize("product", ["SIM7000G R1529", "SIM7000E R1351", "SIM7000A"])
def test_it_is_known_by_its_name(product: str) -> None:
    model = f"SIMCOM_{product.partition(' ')[0]}"
    assert dialect_of(Identity("SIMCOM_Ltd", model, "", "", (product,)), "port") is SIM7000


@pytest.mark.parametrize("line", SIM7000.habits.boot)
def test_its_boot_lines_are_messages(line: str) -> None:
    assert len(messages(line)) == 1


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("+APP PDP: ACTIVE", "AppNetworkActivated"),
        ("+APP PDP: DEACTIVE", "AppNetworkDeactivated"),
        ("+SAPBR 1: DEACT", "SapbrDeactivated"),
        ("+CREG: 1", "CregChanged"),
        ('+CREG: 1,"5A14","9D2A507",7', "CregChanged"),
        ("NORMAL POWER DOWN", "NormalPowerDown"),
        ("+CPIN: NOT INSERTED", "PinState"),
    ],
)
def test_what_it_says_by_itself(line: str, name: str) -> None:
    assert messages(line) == [name]
