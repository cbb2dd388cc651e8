"""Where files of a module are and what there is to know of them: paths, names, sizes, and what can go wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

__all__ = ["DRIVES", "ENTRIES", "FileProblem", "Found", "Place", "Problem", "Space", "nameable", "walk"]

#: The drives of a module: its own memory and the card.
DRIVES = ("C", "D")
#: Files and folders of a drive: with more than that there is no room for another.
ENTRIES = 4096
_NAME_LIMIT = 254
_OCTET_LIMIT = 255  # of a name on this machine
_REFUSED = re.compile(r'[\\:*?"<>|,;/\x00-\x1f\x7f]')


class Problem(Enum):
    """Why something cannot be done, in the words that AT+FSCOPY prints where it has some (SIM5320 AT manual 13.10)."""

    NO_DRIVE = "SD CARD NOT PLUGGED IN"
    BAD_PATH = "INVALID PATH NAME"
    BAD_NAME = "INVALID FILE NAME"
    NO_FILE = "FILE NOT EXISTING"
    NO_FOLDER = "DIRECTORY NOT EXISTING"
    FILE_EXISTS = "FILE IS EXISTING"
    FOLDER_EXISTS = "DIRECTORY IS EXISTED"
    NOT_EMPTY = "DIRECTORY IS NOT EMPTY"
    FULL = "EFS HAVE NO ENOUGH MEMORY"
    CREATE = "FILE CREATE ERROR"
    READ = "READ FILE ERROR"
    WRITE = "WRITE FILE ERROR"


class FileProblem(Exception):
    """Something cannot be done with a file or a folder: ``problem`` says why."""

    def __init__(self, problem: Problem, path: str) -> None:
        self.problem = problem
        super().__init__(f"{problem.value}: {path}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file or a folder is: the names on the way to it from the root of a drive."""

    drive: str
    names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its own name; empty for a root."""
        return self.names[-1] if self.names else ""

    @property
    def folder(self) -> Place:
        """The folder that it is in; a root is in itself."""
        return Place(self.drive, self.names[:-1])

    def __truediv__(self, name: str) -> Place:
        return Place(self.drive, (*self.names, name))

    def __str__(self) -> str:
        return f"{self.drive}:/" + "/".join(self.names)


@dataclass(frozen=True, slots=True)
class Found:
    """A file or a folder: ``size`` in bytes, ``modified`` in seconds since 1970."""

    name: str
    is_folder: bool
    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of a drive, and how many of them are taken."""

    total: int
    used: int

    @property
    def free(self) -> int:
        """Bytes that are left."""
        return max(0, self.total - self.used)


def walk(start: Place, rest: str, path: str) -> Place:
    """Follow the names of a path."""
    names = list(start.names)
    for name in rest.split("/"):
        if name == "..":
            if not names:
                raise FileProblem(Problem.BAD_PATH, path)
            names.pop()
        elif name not in ("", "."):
            if not nameable(name):
                raise FileProblem(Problem.BAD_NAME, path)
            names.append(name)
    return Place(start.drive, tuple(names))


def nameable(name: str) -> bool:
    """Whether a module can name it (SIM5320 AT manual chapter 13) and this machine too, in its 255 bytes."""
    if not 0 < len(name) <= _NAME_LIMIT or _REFUSED.search(name) is not None:
        return False
    try:
        return len(name.encode("utf-8")) <= _OCTET_LIMIT
    except UnicodeEncodeError:
        return False
