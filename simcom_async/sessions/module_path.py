"""Paths in a module's file system: absolute, with a drive, made of names that the module takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simcom_async.errors import LimitExceeded, UsageError

__all__ = ["ModulePath"]

_NAME_LIMIT = 254  # characters (SIM5320 AT manual chapter 13)
_REFUSED = re.compile(r'[\\:*?"<>|,;\x00-\x1f\x7f\ud800-\udfff]')
_DRIVE = re.compile(r"([A-Za-z]):(?:/|\Z)")
_FIRST_DRIVE = "C"


@dataclass(frozen=True, slots=True)
class ModulePath:
    """A file or a folder: its drive, and the names on the way to it."""

    drive: str
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: str, field: str = "path") -> ModulePath:
        """The path of a text: ``D:/a/b.txt``, or without a drive on C. Raises UsageError for what is none."""
        if not isinstance(path, str):
            raise UsageError(f"{field}: a {type(path).__name__} cannot be taken, allowed is str", field=field)
        found = _DRIVE.match(path)
        drive, rest = (found[1].upper(), path[found.end() :]) if found else (_FIRST_DRIVE, path)
        names: list[str] = []
        for name in rest.split("/"):
            if name == "..":
                if not names:
                    raise UsageError(f"{field}: {path!r} leads out of the drive", field=field, value=path)
                names.pop()
            elif name not in ("", "."):
                _check(field, name)
                names.append(name)
        return cls(drive, tuple(names))

    @classmethod
    def named(cls, path: str, field: str = "path") -> ModulePath:
        """The path of a file or a folder that has a name. Raises UsageError for that of a drive."""
        found = cls.of(path, field)
        if not found.names:
            raise UsageError(f"{field}: {path!r} is a drive", field=field, value=path, allowed="a path with a name")
        return found

    @classmethod
    def file(cls, path: str, field: str = "path") -> ModulePath:
        """The path of a file. Raises UsageError for one that can only be a folder's."""
        found = cls.named(path, field)
        if path.endswith(("/", "/.", "/..")):
            raise UsageError(f"{field}: {path!r} is a folder, a file was meant", field=field, value=path)
        return found

    @property
    def name(self) -> str:
        """Its own name; empty for a drive."""
        return self.names[-1] if self.names else ""

    @property
    def folder(self) -> ModulePath:
        """The folder that it is in."""
        return ModulePath(self.drive, self.names[:-1])

    def __truediv__(self, name: str) -> ModulePath:
        return ModulePath(self.drive, (*self.names, name))

    def __str__(self) -> str:
        return f"{self.drive}:/" + "/".join(self.names)


def _check(field: str, name: str) -> None:
    found = _REFUSED.search(name)
    if found is not None:
        raise UsageError(
            f"{field}: {found[0]!r} cannot be part of the name {name!r}",
            field=field,
            value=name,
            allowed='names without \\ : * ? " < > | , ; and control characters',
        )
    if len(name) > _NAME_LIMIT:
        raise LimitExceeded(
            f"{field}: a name of {len(name)} characters, allowed are {_NAME_LIMIT}",
            field=field,
            value=name,
            allowed=f"at most {_NAME_LIMIT} characters",
        )
