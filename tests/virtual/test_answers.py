from __future__ import annotations

import pytest

from simcom_async.at import setting
from simcom_async.at.command import Command, Form, RawCommand, Syntax
from simcom_async.at.dialect import Dialect
from simcom_async.at.setting import Setting, read_form
from simcom_async.dialects import DIALECTS
from simcom_async.virtual import VirtualModem, answers
from simcom_async.virtual.answers import answer_to
from tests.virtual.conftest import attach

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"


class Kept(Setting):
    wire = Syntax(name="+KEPT", form=Form.WRITE, tested="auto")
    number: int = 5


class Unnamed(Setting):
    wire = Syntax(name="+UNNAMED", form=Form.WRITE, tested="")
    name: int


class Unknown(Command[None]):
    wire = Syntax(name="+UNKNOWN", form=Form.EXECUTE, tested="(0,1)")


SMALL = Dialect(name="small", commands=(Kept, Unnamed, Unknown))


@pytest.mark.parametrize("name", list(DIALECTS))
def test_every_declared_command_is_answered(name: str) -> None:
    dialect = DIALECTS[name]
    missing = {command for command in dialect.table.declared if command not in answers(dialect)}
    assert missing == {RawCommand}


def test_settings_and_test_forms_need_no_answer_of_their_own() -> None:
    assert answers(SMALL) == {
        Kept,
        read_form(Kept),
        setting.test_form(Kept),
        Unnamed,
        read_form(Unnamed),
        setting.test_form(Unnamed),
        setting.test_form(Unknown),
    }
    assert answer_to(SMALL, Unknown) is None


async def test_the_default_stores_reads_back_and_tests() -> None:
    async with VirtualModem(SMALL, echo=False) as virtual:
        client = await attach(virtual, echo=True)
        await client.ask(b"AT+KEPT?", b"\r\n+KEPT: 5\r\n" + OK)
        await client.ask(b"AT+KEPT=7;+KEPT?", b"\r\n+KEPT: 7\r\n" + OK)
        await client.ask(b"AT+UNNAMED?", ERROR)
        await client.ask(b"AT+UNNAMED=3;+UNNAMED?;+UNNAMED=?", b"\r\n+UNNAMED: 3\r\n" + OK)
        await client.ask(b"AT+UNKNOWN=?", b"\r\n+UNKNOWN: (0,1)\r\n" + OK)
        await client.ask(b"AT+UNKNOWN", ERROR)
        await client.ask(b"AT+CSQ", ERROR)
