from __future__ import annotations

import asyncio

from simcom_async.sites import MailCommand, MailFault, ServerFault
from simcom_async.sites.mail_policy import MailPolicy


class Wire(asyncio.WriteTransport):
    """A transport that only notes what is done with it."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.done.append("write")

    def close(self) -> None:
        self.done.append("close")


async def struck(policy: MailPolicy, fault: MailFault) -> tuple[bool, list[str]]:
    wire, said = Wire(), list[str]()

    async def say(line: str) -> None:
        said.append(line)

    return await policy.strike(fault, say, wire), [*said, *wire.done]


async def test_what_faults_do() -> None:
    policy = MailPolicy(users={})
    assert await struck(policy, MailFault(reply="550 no")) == (False, ["550 no"])
    assert await struck(policy, MailFault(reply="421 bye", fault=ServerFault.CLOSE)) == (False, ["421 bye", "close"])
    assert await struck(policy, MailFault(fault=ServerFault.GARBAGE)) == (False, ["write", "close"])


async def test_hanging_ends_with_the_release_and_so_do_its_faults() -> None:
    refusal, silence = MailFault(command="A", reply="no"), MailFault(command="B", fault=ServerFault.HANG)
    policy = MailPolicy(users={}, faults=[refusal, silence])
    assert policy.fault_at("B") is silence
    waiting = [asyncio.create_task(struck(policy, fault)) for fault in (silence, MailFault(fault=ServerFault.HANG))]
    spoken = asyncio.create_task(struck(policy, MailFault(reply="half", fault=ServerFault.HANG)))
    await asyncio.sleep(0)
    assert not any(task.done() for task in (*waiting, spoken))
    policy.release()
    assert [await task for task in waiting] == [(True, []), (True, [])]
    assert await spoken == (False, ["half"])
    assert policy.faults == [refusal]
    assert policy.fault_at("B") is None


def test_how_a_command_reads() -> None:
    assert str(MailCommand(1, "RETR", "2")) == "RETR 2"
    assert str(MailCommand(1, "QUIT")) == "QUIT"
