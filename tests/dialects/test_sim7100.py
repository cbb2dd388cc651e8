"""The SIM7100 as its documents have it: base set, habits, spellings."""

from __future__ import annotations

import pytest

from simcom_async.at.codec import compiled, line_of
from simcom_async.at.command import Command, Form
from simcom_async.at.commandline import parse
from simcom_async.commands.bearer import SapbrQuery
from simcom_async.commands.http import HttpInit
from simcom_async.commands.identity import Revision
from simcom_async.commands.power import PowerOff
from simcom_async.dialects import DIALECTS, SIM7100
from simcom_async.errors import UnsupportedCommand
from simcom_async.sessions.identity import Identity, dialect_of

#: What clients stop without; the forms are those that they use.
BASE = {
    Form.EXECUTE: (
        *("E", "V", "Q", "Z", "&F", "&W", "&C", "&D", "X", "I", "H", "D", "+CGMI", "+CGMM", "+CGMR", "+CGSN"),
        *("+GSN", "+GMM", "+GMI", "+GMR", "+CIMI", "+CICCID", "+CSQ", "+CBC", "+GCAP", "+CPOF", "+CRESET"),
    ),
    Form.READ: (
        *("S", "+CPIN", "+CREG", "+CGREG", "+CEREG", "+COPS", "+CFUN", "+CGATT", "+CGDCONT", "+CGACT", "+CSCS"),
        *("+CMGF", "+CPMS", "+CNMI", "+CCLK", "+IFC", "+IPR", "+IPREX", "+ICF", "+CMEE", "+CSPN", "+CATR"),
    ),
    Form.WRITE: (
        *("S", "+CMEE", "+CPIN", "+CREG", "+CGREG", "+CEREG", "+COPS", "+CFUN", "+CGATT", "+CGDCONT", "+CGACT"),
        *("+CMGF", "+CMGS", "+IPR", "+IPREX", "+IFC", "+CCLK", "+CTZU", "+CTZR", "+CLIP", "+CRC", "+CVHU", "+CATR"),
    ),
}


def messages(line: str) -> list[str]:
    """The declared messages with a tag that a line is."""
    tagged = (kind for kind in SIM7100.table.messages if line_of(kind).tag)
    return [kind.__name__ for kind in tagged if compiled(kind).match(line.encode("ascii"))]


@pytest.mark.parametrize(("form", "name"), [(form, name) for form, names in BASE.items() for name in names])
def test_the_base_set(form: Form, name: str) -> None:
    assert SIM7100.table.commands(name, form), f"{name} {form.value}"


@pytest.mark.parametrize("command", [SapbrQuery(), HttpInit(), PowerOff()])
def test_what_it_does_not_have(command: Command[object]) -> None:
    with pytest.raises(UnsupportedCommand, match="sim7100 dialect"):
        SIM7100.admit(command)


def test_its_habits() -> None:
    assert DIALECTS["sim7100"] is SIM7100
    assert SIM7100.habits.cmee == 1
    assert SIM7100.habits.baud == 115200
    assert SIM7100.habits.boot == ("RDY", "+CPIN: READY", "SMS DONE", "PB DONE")


def test_another_character_may_stand_for_the_plus_sign() -> None:
    """Internet service note 2.2."""
    for sign in "#$":
        (part,) = parse(f"{sign}CATR=1,1".encode("ascii"), SIM7100)
        assert part.refusal is None


@pytest.mark.parametrize("product", ["Model: SIMCOM_SIM7100E", "Model: SIMCOM_SIM7100JC", "Model: SIM7100A"])
def test_it_is_known_by_its_name(product: str) -> None:
    lines = ("Manufacturer: SIMCOM INCORPORATED", product, "Revision: x", "IMEI: 351602000330570")
    assert dialect_of(Identity("SIMCOM INCORPORATED", "", "", "", lines), "port") is SIM7100


@pytest.mark.parametrize("line", [*SIM7100.habits.boot, SIM7100.habits.autobaud])
def test_its_boot_lines_are_messages(line: str) -> None:
    assert len(messages(line)) == 1


def test_its_spellings_are_aliases_that_a_host_understands() -> None:
    for dialect in DIALECTS.values():
        for kind, line in dialect.spelled.items():
            assert line.tag in (line_of(kind).tag, *line_of(kind).aliases)
    line = compiled(Revision).encode(Revision(revision="1"), spelled=SIM7100.spelled[Revision])
    assert line == b"+CGMR: 1"
    assert messages("+CGMR: LE11B01SIM7100C") == ["Revision"]
