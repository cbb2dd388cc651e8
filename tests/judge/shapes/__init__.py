"""Small declarations for the shapes of dialogue that the four documents have.

They use the vocabulary of ``at/`` and nothing else: families that are not declared yet must be able to say all this.
"""

from typing import Any

from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from tests.judge.dialogue import Course, Part, play_every_way
from tests.judge.shapes import basics, mail, transfer

__all__ = ["basics", "dialect", "judged", "mail", "transfer"]


def dialect(*declared: type[Any]) -> Dialect:
    """A dialect of these commands and messages."""
    commands = tuple(kind for kind in declared if issubclass(kind, Command))
    return Dialect(name="shape", commands=commands, messages=tuple(set(declared) - set(commands)))


def judged(*parts: Part, speaking: tuple[type[Any], ...], verbose: bool | None = None) -> Course:
    """The course of a dialogue in a dialect of these declarations, after it was cut in every way."""
    return play_every_way(dialect(*speaking), parts, verbose=verbose)
