"""The SIM800 as its documents have it: transcripts, inventory of commands, habits."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simcom_async.at.codec import compiled
from simcom_async.at.command import Form, Service
from simcom_async.at.commandline import parse
from simcom_async.dialects import DIALECTS, SIM800

TRANSCRIPTS = sorted(
    path
    for family in ("sim800-http-*", "sim800-ftp-*", "*-bearer-*")
    for path in (Path(__file__).parents[1] / "transcripts").glob(f"{family}.toml")
)
FINALS = {"OK", "ERROR"}

#: What clients stop without; the forms are those that they use.
BASE = {
    Form.EXECUTE: (
        *("E", "V", "Q", "Z", "&F", "&W", "&C", "&D", "X", "I", "H", "D", "+CGMI", "+CGMM", "+CGMR", "+CGSN"),
        *("+GSN", "+GMM", "+GMI", "+GMR", "+CIMI", "+CCID", "+CSQ", "+CBC", "+GCAP", "+GSV", "+CIPSHUT"),
    ),
    Form.READ: (
        *("S", "+CPIN", "+CREG", "+CGREG", "+CEREG", "+COPS", "+CFUN", "+CGATT", "+CGDCONT", "+CGACT", "+CSCS"),
        *("+CMGF", "+CPMS", "+CNMI", "+CSMP", "+CSMS", "+CSCA", "+CLIP", "+CRC", "+CVHU", "+CLTS", "+CTZU"),
        *("+CTZR", "+CCLK", "+CSPN", "+IFC", "+IPR", "+ICF", "+CMEE"),
    ),
    Form.WRITE: (
        *("S", "+CMEE", "+CPIN", "+CREG", "+CGREG", "+COPS", "+CFUN", "+CGATT", "+CGDCONT", "+CGACT", "+CSCS"),
        *("+CMGF", "+CPMS", "+CNMI", "+CMGS", "+CMGL", "+CMGD", "+CPOWD", "+IPR", "+IFC", "+CLTS", "+CCLK"),
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
    return [kind.__name__ for kind in SIM800.table.messages if compiled(kind).match(line.encode("ascii"))]


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_every_line_of_the_transcripts_is_declared(path: Path) -> None:
    found = list(steps(path))
    assert found
    for kind, text in found:
        if kind == "send":
            parts = list(parse(text[2:].encode("ascii"), SIM800))
            assert [part.refusal for part in parts] == [None], text
        elif text not in FINALS:
            tagged = [name for name in messages(text) if name != "InformationText"]
            assert len(tagged) == 1, (text, tagged)


def test_the_transcripts_are_there() -> None:
    assert len(TRANSCRIPTS) == 26


@pytest.mark.parametrize(("form", "name"), [(form, name) for form, names in BASE.items() for name in names])
def test_the_base_set(form: Form, name: str) -> None:
    assert SIM800.table.commands(name, form), f"{name} {form.value}"


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("+HTTPINIT", "TX"),
        ("+HTTPTERM", "TX"),
        ("+HTTPPARA", "TRW"),
        ("+HTTPDATA", "TW"),
        ("+HTTPACTION", "TW"),
        ("+HTTPREAD", "TWX"),
        ("+HTTPSCONT", "RX"),
        ("+HTTPSTATUS", "TR"),
        ("+HTTPHEAD", "TX"),
        ("+HTTPGETHEAD", "TRW"),
        ("+HTTPSSL", "TRW"),
        ("+SAPBR", "TW"),
    ],
)
def test_the_forms_of_http_and_bearer(name: str, forms: str) -> None:
    letters = {Form.TEST: "T", Form.READ: "R", Form.WRITE: "W", Form.EXECUTE: "X"}
    assert {letters[form] for form in SIM800.table.forms(name)} == set(forms)


def test_its_services() -> None:
    assert SIM800.services == {Service.HTTP, Service.FTP, Service.SMTP, Service.POP3, Service.BEARER}
    assert DIALECTS["sim800"] is SIM800


def test_its_habits() -> None:
    assert SIM800.habits.line_limit == 556
    assert SIM800.habits.cmee == 0
    assert SIM800.habits.boot[0] == "RDY"
    assert SIM800.habits.power_down == "NORMAL POWER DOWN"
    assert "SIM800" in SIM800.habits.identity


@pytest.mark.parametrize("line", SIM800.habits.boot)
def test_its_boot_lines_are_messages(line: str) -> None:
    assert len([name for name in messages(line) if name != "InformationText"]) == 1
