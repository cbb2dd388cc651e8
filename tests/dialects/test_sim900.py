"""The SIM900 as its documents have it: e-mail, base set, habits, blanks."""

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
from simcom_async.at.message import Message
from simcom_async.commands.email_smtp import EmailSmtpCode, EmailSmtpResult
from simcom_async.commands.ftp import FtpCode, FtpGetEvent, FtpPutCredit
from simcom_async.commands.http import HttpActionResult, HttpMethod, HttpStatus
from simcom_async.dialects import DIALECTS, SIM800, SIM900

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "transcripts").glob("sim900-*.toml"))
FINALS = {"OK", "ERROR"}
LETTERS = {Form.TEST: "T", Form.READ: "R", Form.WRITE: "W", Form.EXECUTE: "X"}
#: The forms of the document (SIM900 e-mail manual 2.1 to 2.22).
FORMS = {
    "+EMAILCID": "TRW",
    "+EMAILTO": "TRW",
    "+SMTPSRV": "TRW",
    "+SMTPAUTH": "TRW",
    "+SMTPFROM": "TRW",
    "+SMTPRCPT": "TRW",
    "+SMTPSUB": "TRW",
    "+SMTPBODY": "TX",
    "+SMTPFILE": "TRW",
    "+SMTPSEND": "TX",
    "+SMTPFT": "TW",
    "+SMTPCS": "TRW",
    "+POP3SRV": "TRW",
    "+POP3IN": "TX",
    "+POP3NUM": "TX",
    "+POP3LIST": "TW",
    "+POP3UIDL": "TW",
    "+POP3CMD": "TW",
    "+POP3READ": "TW",
    "+POP3DEL": "TW",
    "+POP3RSET": "TX",
    "+POP3OUT": "TX",
}


def steps(path: Path) -> Iterator[str]:
    """Every line of the module of a transcript, captures and variables filled in as the document prints them."""
    with path.open("rb") as file:
        transcript: dict[str, Any] = tomllib.load(file)
    values = dict(transcript["vars"]) | {name: capture["doc"] for name, capture in transcript["captures"].items()}
    for step in (*transcript.get("setup", ()), *transcript["step"]):
        if "recv" in step:
            yield from (
                re.sub(r"\{(\w+)\}", lambda place: str(values[place[1]]), text)
                for text in (step["recv"], *step.get("alt", ()))
            )


def messages(line: str) -> list[str]:
    """The declared messages that a line is."""
    return [kind.__name__ for kind in SIM900.table.messages if compiled(kind).match(line.encode("ascii"))]


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_every_line_of_the_transcripts_is_declared(path: Path) -> None:
    for text in steps(path):
        tagged = {name.removesuffix("Supported") for name in messages(text) if name != "InformationText"}
        assert text in FINALS or len(tagged) == 1, (text, tagged)


def test_the_transcripts_are_there() -> None:
    assert len(TRANSCRIPTS) == 26


@pytest.mark.parametrize(("name", "forms"), FORMS.items())
def test_the_forms_of_e_mail(name: str, forms: str) -> None:
    assert {LETTERS[form] for form in SIM900.table.forms(name)} == set(forms)


def test_the_base_set_is_that_of_the_sim800() -> None:
    services = (Service.HTTP, Service.FTP)
    theirs = {command for command in SIM800.commands if command.wire.service not in services}
    missing = {command.__name__ for command in theirs if not SIM900.speaks(command)}
    assert missing == {"EmailSmtpBodyInput", "FtpExtGetRead"}


def test_its_services() -> None:
    assert SIM900.services == {Service.HTTP, Service.FTP, Service.SMTP, Service.POP3, Service.BEARER}
    assert DIALECTS["sim900"] is SIM900


@pytest.mark.parametrize("written", ["AT+HTTPSSL=1", "AT+FTPEXTGET=1", "AT+HTTPHEAD", "AT+CNACT?"])
def test_what_it_does_not_have(written: str) -> None:
    (part,) = parse(written[2:].encode("ascii"), SIM900)
    assert part.refusal is not None


def test_its_habits() -> None:
    assert SIM900.habits.boot == ("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready")
    assert (SIM900.habits.cmee, SIM900.habits.baud) == (0, 0)
    assert "SIM900" in SIM900.habits.identity


@pytest.mark.parametrize(
    ("message", "real", "documented"),
    [
        (
            HttpActionResult(method=HttpMethod.GET, status=HttpStatus.OK, length=5),
            "+HTTPACTION:0,200,5",
            "+HTTPACTION:0,200,5",
        ),
        (FtpGetEvent(code=FtpCode.READY), "+FTPGET:1,1", "+FTPGET:1,1"),
        (FtpPutCredit(maximum=1260), "+FTPPUT:1,1,1260", "+FTPPUT:1,1,1260"),
        (EmailSmtpResult(code=EmailSmtpCode.SENT), "+SMTPSEND: 1", "+SMTPSEND: 1"),
    ],
)
def test_it_prints_blanks_in_e_mail_only(message: Message, real: str, documented: str) -> None:
    kind, spelled = type(message), SIM900.spelled
    assert compiled(kind).encode(message, spelled=spelled.get(kind)).decode() == real
    assert compiled(kind).encode(message, documented=True, spelled=spelled.get(kind)).decode() == documented
    assert messages(real) == [kind.__name__]
