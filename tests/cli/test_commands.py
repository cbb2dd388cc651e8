from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import SecretStr

from simcom_async import dialects
from simcom_async.at.command import Command, Form, Syntax
from simcom_async.at.fields import Text
from simcom_async.cli.commands import rows, series, syntax_of
from simcom_async.commands import bearer, files, general, http, http_parameters, packet
from simcom_async.dialects import DIALECTS, SIM800
from simcom_async.errors import UsageError
from tests.cli.conftest import Simcom

INVENTORY = Path(__file__).parents[1] / "inventory.toml"
KEYS = {"dialect", "service", "name", "form", "syntax", "ref", "host", "virtual"}


#: How many forms the documents have of each service of both families.
FORMS = {
    ("sim800", "bearer"): 1,
    ("sim800", "http"): 8,
    ("sim800", "ftp"): 23,
    ("sim7000", "bearer"): 1,
    ("sim7000", "ftp"): 29,
}


def inventory() -> list[tuple[str, str, str, str]]:
    """Family, service, name and form of each command of the documents of the SIM800 and the SIM7000."""
    commands = tomllib.loads(INVENTORY.read_text("utf-8"))["command"]
    wanted = [row for row in commands if row["family"] in ("sim800", "sim7000")]
    return [(row["family"], row["service"], row["name"], row["form"]) for row in wanted]


def test_the_inventory_is_there() -> None:
    assert Counter((family, service) for family, service, *_ in inventory()) == FORMS


@pytest.mark.parametrize(("family", "service", "name", "form"), inventory())
def test_both_halves_have_every_form_of_the_document(family: str, service: str, name: str, form: str) -> None:
    found = [row for row in rows([family]) if row["name"] == name and form in (row["form"], "unspecified")]
    assert found
    assert all(row["host"] and row["virtual"] for row in found)
    assert {row["service"] for row in found} == {service}


def test_the_rows() -> None:
    found = rows(["sim800"])
    assert all(set(row) == KEYS for row in found)
    assert {row["form"] for row in found} == {form.value for form in Form}
    keys = [(row["name"], row["form"], row["syntax"]) for row in found]
    assert len(set(keys)) == len(keys)
    read = [row for row in found if row["syntax"] == "AT+HTTPREAD=<start>,<size>"]
    assert [(row["service"], row["form"]) for row in read] == [("http", "write")]
    assert {row["service"] for row in found if str(row["name"]).startswith("AT+HTTP")} == {"http"}
    assert {row["service"] for row in found if row["name"] == "AT+SAPBR"} == {"bearer"}


def test_what_nothing_answers_is_not_virtual(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lonely(Command[None]):
        """A command that no answer knows."""

        wire = Syntax(name="+LONELY", form=Form.EXECUTE, ref="nowhere")

    with_it = replace(SIM800, name="lonely", commands=(*SIM800.commands, Lonely))
    monkeypatch.setattr(dialects, "DIALECTS", {"lonely": with_it})
    (row,) = [row for row in rows(["lonely"]) if row["name"] == "AT+LONELY"]
    assert (row["host"], row["virtual"]) == (True, False)


def test_the_general_dialect_is_listed_when_named() -> None:
    assert "general" not in series()
    assert set(series()) | {"general"} == set(DIALECTS)
    assert {row["dialect"] for row in rows(["general"])} == {"general"}


def test_a_dialect_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="sim800"):
        rows(["sim801"])


class Optional(Command[None]):
    """Optional parameters from the second on."""

    wire = Syntax(name="+OPT", form=Form.WRITE, ref="nowhere")
    first: int
    second: Annotated[str | None, Text()] = None
    third: Annotated[SecretStr | None, Text(quoted=False)] = None


class Alone(Command[None]):
    """One optional parameter."""

    wire = Syntax(name="+ALONE", form=Form.WRITE, ref="nowhere")
    mode: Literal[0, 1] | None = None


@pytest.mark.parametrize(
    ("command", "syntax"),
    [
        (general.At, "AT"),
        (general.Repeat, "A/"),
        (general.Echo, "ATE[<value>]"),
        (general.RegisterWrite, "ATS<number>=<value>"),
        (general.RegisterRead, "ATS<number>?"),
        (http.HttpInit, "AT+HTTPINIT"),
        (http.HttpStatusRead, "AT+HTTPSTATUS?"),
        (http.HttpDataInput, "AT+HTTPDATA=<size>,<time>"),
        (http_parameters.HttpParaUrl, 'AT+HTTPPARA="URL","<value>"'),
        (http_parameters.HttpParaCid, 'AT+HTTPPARA="CID",<value>'),
        (bearer.SapbrApn, 'AT+SAPBR=3,<cid>,"APN","<value>"'),
        (packet.AccessPoint, 'AT+CSTT="<apn>"[,"<user>"[,"<password>"]]'),
        (files.FileRename, "AT+FSRENAME=<old>,<new>"),
        (Optional, 'AT+OPT=<first>[,"<second>"[,<third>]]'),
        (Alone, "AT+ALONE=[<mode>]"),
    ],
)
def test_syntax(command: type[Command[object]], syntax: str) -> None:
    assert syntax_of(command) == syntax


async def test_the_list(simcom: Simcom) -> None:
    shown = await simcom("commands", "--dialect", "sim800")
    assert shown.status == 0
    head, *lines = shown.text.splitlines()
    assert head.split() == ["dialect", "service", "syntax", "form", "host", "virtual", "ref"]
    assert len(lines) == len(rows(["sim800"]))
    assert all(line.startswith("sim800 ") for line in lines)


async def test_json(simcom: Simcom) -> None:
    assert (await simcom("commands", "--json")).json == rows(series())


def test_a_command_that_the_document_spells_in_its_own_way_has_rows_under_both_names() -> None:
    found = [row for row in rows(["sim7100"]) if row["name"] in ("AT+CHTTPSSEND", "AT+CHTTPSEND")]
    syntaxes = {(row["syntax"], row["form"]) for row in found}
    forms = {("=?", "test"), ("?", "read"), ("=<length>", "write"), ("", "execute")}
    assert syntaxes == {(f"AT+CHTTP{name}{tail}", form) for name in ("SSEND", "SEND") for tail, form in forms}
    assert all(row["host"] and row["virtual"] and row["service"] == "https" for row in found)
