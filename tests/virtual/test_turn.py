from __future__ import annotations

import asyncio

import pytest

from simcom_async.at.command import Command, Entry, Form, Granted, Syntax, Terminated
from simcom_async.at.escape import ETX_SUB
from simcom_async.at.message import Line, Prompt
from simcom_async.commands.network import CregChanged, Registration
from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.entry import Entered
from simcom_async.virtual.turn import Answers, Operation, Refused, Turn
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach


class Grant(Prompt):
    wire = Line("+PUT")
    size: int


class Begin(Prompt):
    wire = Line("+CFTPPUT: BEGIN")


class Put(Command[None]):
    wire = Syntax(name="+PUT", form=Form.EXECUTE, entry=Entry(prompt=Grant, size=Granted("size")))


class Stream(Command[None]):
    wire = Syntax(name="+CFTPPUT", form=Form.EXECUTE, entry=Entry(prompt=Begin, size=Terminated(ETX_SUB), maximum=4))


@pytest.mark.parametrize(
    ("command", "prompt", "shown", "sent", "entered"),
    [
        (Put(), Grant(size=3), b"\r\n+PUT: 3\r\n", b"abc", Entered(b"abc")),
        (Stream(), Begin(), b"\r\n+CFTPPUT: BEGIN\r\n", b"a\x03\x1ab\x1a", Entered(b"a\x1ab")),
        (Stream(), Begin(), b"\r\n+CFTPPUT: BEGIN\r\n", b"abcdefgh\x1a", Entered(b"abcd")),
    ],
)
async def test_entries_as_they_are_declared(
    virtual: VirtualModem,
    client: Client,
    command: Command[None],
    prompt: Prompt,
    shown: bytes,
    sent: bytes,
    entered: Entered,
) -> None:
    turn = Turn(virtual, virtual.lines.channels[0], command)
    waiting = asyncio.create_task(turn.entry(prompt))
    await client.hear(shown)
    client.send(sent)
    assert await waiting == entered


async def test_the_first_line_of_an_operation_is_delayed_and_no_other(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)

    async def work(operation: Operation) -> None:
        await operation.urc(CregChanged(stat=Registration.HOME))
        await operation.urc(CregChanged(stat=Registration.ROAMING))

    told: list[float] = []
    running = asyncio.create_task(Operation(virtual, work).run(2.0, lambda: told.append(clock.time())))
    await clock.run(1.9)
    await client.silent()
    await clock.run(0.2)
    await client.hear(b"\r\n+CREG: 1\r\n\r\n+CREG: 5\r\n")
    await running
    assert told == [2.0]


async def test_an_operation_without_a_word_is_told_at_its_end(virtual: VirtualModem) -> None:
    async def work(operation: Operation) -> None:
        """Nothing to say."""

    told: list[str] = []
    await Operation(virtual, work).run(0.0, lambda: told.append("end"))
    await Operation(virtual, work).run(0.0)
    assert told == ["end"]


def test_a_table_of_answers() -> None:
    answers = Answers()

    @answers.to(Put, Stream)
    async def both(turn: Turn[Put]) -> None:
        """Nothing."""

    assert answers.table == {Put: both, Stream: both}


def test_a_refusal_says_what_it_is() -> None:
    assert str(Refused()) == "ERROR"
    assert str(Refused(10)) == "+CME ERROR: 10"
    assert str(Refused(310, group="CMS")) == "+CMS ERROR: 310"
