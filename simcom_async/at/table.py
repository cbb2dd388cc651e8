"""Look-up tables over declarations: lines by tag, commands by name and form."""

from collections.abc import Iterable
from typing import Any

from simcom_async.at.codec import Compiled, compiled, line_of
from simcom_async.at.command import Command, Form, RawCommand
from simcom_async.at.message import Message, Urc
from simcom_async.at.setting import all_forms

__all__ = ["Table"]


class Table:
    """The declarations of one dialect, indexed for both halves.

    ``unsolicited`` holds by tag what may come at any time: the declared URCs and the endings of the declared
    completions. ``declared`` is the set of its commands.
    """

    __slots__ = ("_named", "_plain", "declared", "messages", "unsolicited")

    def __init__(self, commands: Iterable[type[Command[Any]]], messages: Iterable[type[Message]]) -> None:
        commands = tuple(form for command in commands for form in all_forms(command))
        self.declared: frozenset[type[Command[Any]]] = frozenset([*commands, RawCommand])
        self._named: dict[str, dict[Form, list[type[Command[Any]]]]] = {}
        for command in commands:
            for name in (command.wire.name, *command.wire.aliases):
                forms = self._named.setdefault(name.upper(), {})
                forms.setdefault(command.wire.form, []).append(command)
        self.messages: tuple[type[Message], ...] = _all_messages(commands, messages)
        self.unsolicited: dict[bytes, tuple[Compiled, ...]] = by_tag(
            message for message in self.messages if issubclass(message, Urc)
        )

        simple = {tag: found[0] for tag, found in self.unsolicited.items() if len(found) == 1 and found[0].simple}
        self._plain: dict[frozenset[bytes], dict[bytes, Compiled]] = {frozenset(): simple}

    def plain(self, claimed: frozenset[bytes]) -> dict[bytes, Compiled]:
        """The URCs that their tag alone decides: one declaration, nothing behind the line, tag not ``claimed``.

        Made once for each set of claimed tags, of which a dialect has as many as it has commands.
        """
        found = self._plain.get(claimed)
        if found is None:
            rest = {tag: entry for tag, entry in self._plain[frozenset()].items() if tag not in claimed}
            found = self._plain[claimed] = rest
        return found

    def commands(self, name: str, form: Form) -> tuple[type[Command[Any]], ...]:
        """The commands of this name (with its plus sign, any case) and form; several differ in their constants."""
        return tuple(self._named.get(name.upper(), {}).get(form, ()))

    def forms(self, name: str) -> tuple[Form, ...]:
        """The declared forms of a name; empty: the series does not have the command."""
        return tuple(self._named.get(name.upper(), {}))


def by_tag(messages: Iterable[type[Message]]) -> dict[bytes, tuple[Compiled, ...]]:
    """Compiled declarations by every tag that they answer to."""
    found: dict[bytes, tuple[Compiled, ...]] = {}
    for message in messages:
        entry = compiled(message)
        for tag in entry.tags:
            found[tag] = (*found.get(tag, ()), entry)
    return found


def _all_messages(
    commands: Iterable[type[Command[Any]]], messages: Iterable[type[Message]]
) -> tuple[type[Message], ...]:
    found: dict[type[Message], None] = dict.fromkeys(messages)
    for command in commands:
        found.update(dict.fromkeys(command.wire.replies))
        if command.wire.entry is not None:
            found[command.wire.entry.prompt] = None
        if command.wire.completion is not None:
            found.update(dict.fromkeys(ending.message for ending in command.wire.completion.endings))
            found.update(dict.fromkeys(command.wire.completion.packets))
    for message in list(found):
        follower = line_of(message).then
        if follower is not None:
            found[follower] = None
    return tuple(found)
