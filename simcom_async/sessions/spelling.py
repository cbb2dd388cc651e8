"""Which spelling of a command a module has, where document and firmware differ: it is asked once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Command, RawCommand
from simcom_async.errors import CommandFailed

if TYPE_CHECKING:
    from simcom_async.link.link import Link

__all__ = ["learn_spelling"]


async def learn_spelling(link: Link, kind: type[Command[Any]]) -> None:
    """Ask by test forms, and remember the answer on the wire for all forms of the command.

    Spellings are the ``documented`` one, and commands of the dialect that are the same (classes made of ``kind``) under
    another name. A module that knows none of them is spoken to in the real one.
    """
    wire, spellings = kind.wire, link.state.spellings
    others = [other.wire.name for other in link.dialect.commands if issubclass(other, kind)]
    names = dict.fromkeys((wire.name, *others, wire.documented or wire.name))
    if len(names) == 1 or wire.name in spellings:
        return
    for name in names:
        try:
            await link.send(RawCommand.of(f"{name}=?"))
        except CommandFailed:
            continue
        spellings[wire.name] = name
        return
    spellings[wire.name] = wire.name
