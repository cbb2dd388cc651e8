"""A name for a pseudo-terminal that stays while the terminal behind it changes, as udev keeps one for a device."""

from __future__ import annotations

import os
from pathlib import Path

from simcom_async.errors import LinkError

__all__ = ["PtyLink"]


class PtyLink:
    """A symbolic link ``path``, there while the terminal is. It replaces a link, and never a file."""

    def __init__(self, path: str | Path) -> None:
        self.path = os.fspath(path)
        self._target = ""

    def point(self, target: str) -> None:
        """Lead to this terminal, from one moment to the next. Raises LinkError where it cannot."""
        if os.path.lexists(self.path) and not os.path.islink(self.path):
            raise LinkError(f"{self.path} is there already and is no link", port=self.path)
        beside = f"{self.path}.{os.getpid()}"
        try:
            os.symlink(target, beside)
            os.replace(beside, self.path)
        except OSError as error:
            raise LinkError(f"{self.path} cannot be made: {error}", port=self.path) from error
        self._target = target

    def remove(self) -> None:
        """Be gone; a link that somebody else has put in its place stays."""
        if self._target and os.path.islink(self.path) and os.readlink(self.path) == self._target:
            os.unlink(self.path)
        self._target = ""
