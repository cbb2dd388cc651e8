"""``simcom info``: one modem's identity, SIM, signal, registration and bearer."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from simcom_async.cli.options import Target, json_option, modem_options
from simcom_async.cli.output import print_json, print_table, remark

if TYPE_CHECKING:
    from simcom_async.modem import Modem

__all__ = ["command"]


@click.command()
@json_option
@modem_options
def command(*, as_json: bool, target: Target) -> None:
    r"""Show identity, SIM, signal, registration and bearer.

    What the module cannot tell now is empty, and why is said on stderr.

    \b
    Example:
      simcom info --port /dev/ttyUSB2
    """
    facts, problems = asyncio.run(_ask(target))
    if as_json:
        print_json(facts | {"problems": problems})
        return
    print_table(("", ""), [(name, _text(value)) for name, value in facts.items()])
    for name, problem in problems.items():
        remark(f"{name}: {problem}")


async def _ask(target: Target) -> tuple[dict[str, object], dict[str, str]]:
    from simcom_async.errors import ModemError, UsageError

    async with target.open() as modem:
        identity = dataclasses.asdict(modem.identity)
        facts: dict[str, object] = {"port": target.url, "dialect": modem.dialect.name, **identity}
        problems: dict[str, str] = {}
        for name, question in _QUESTIONS.items():
            try:
                facts[name] = await question(modem)
            except (ModemError, UsageError) as error:
                facts[name] = None
                problems[name] = str(error)
    return facts, problems


async def _sim(modem: Modem) -> str:
    from simcom_async.commands.sim import PinRead

    return str((await modem.send(PinRead())).state.value)


async def _signal(modem: Modem) -> dict[str, object]:
    signal = await modem.network.signal()
    return {"rssi": signal.rssi, "dbm": signal.dbm, "ber": signal.ber}


async def _registration(modem: Modem) -> dict[str, object]:
    found = await modem.network.registration()
    status = found.status.name.lower()
    return {"status": status, "registered": found.registered, "area": found.area, "cell": found.cell}


async def _operator(modem: Modem) -> str | None:
    return await modem.network.operator()


async def _bearer(modem: Modem) -> dict[str, object]:
    address = await modem.network.address()
    return {"open": address is not None, "address": address}


_QUESTIONS: dict[str, Callable[[Modem], Awaitable[object]]] = {
    "sim": _sim,
    "signal": _signal,
    "registration": _registration,
    "operator": _operator,
    "bearer": _bearer,
}


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(part)}" for key, part in value.items() if part is not None)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
