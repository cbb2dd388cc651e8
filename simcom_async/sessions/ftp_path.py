"""Paths at a server: absolute, whatever directory the caller is in."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from simcom_async.errors import UsageError

__all__ = ["RemoteFile", "resolved"]


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at the server: the directory, with a slash at its end, and the name."""

    directory: str
    name: str

    @classmethod
    def of(cls, directory: str, remote: str, field: str = "remote") -> RemoteFile:
        """The file that ``remote`` means in ``directory``. Raises UsageError where it means a directory, or nothing."""
        path = resolved(directory, remote, field)
        head, name = posixpath.split(path)
        if not name or remote.endswith("/") or posixpath.basename(remote) in (".", ".."):
            raise UsageError(
                f"{field}: {remote!r} is a directory, a file was meant", field=field, value=remote, allowed="a file"
            )
        return cls(head if head.endswith("/") else f"{head}/", name)

    @property
    def path(self) -> str:
        """Both."""
        return self.directory + self.name

    def __str__(self) -> str:
        return self.path


def resolved(directory: str, path: str, field: str = "path") -> str:
    """What ``path`` means in ``directory``, as an absolute path. Raises UsageError for an empty one."""
    if not isinstance(path, str):
        raise UsageError(f"{field}: a {type(path).__name__} cannot be taken, allowed is str", field=field)
    if not path:
        raise UsageError(f"{field}: an empty path means nothing", field=field, value=path, allowed="a path")
    return "/" + posixpath.normpath(posixpath.join("/", directory, path)).lstrip("/")
