"""What a module refuses that has forgotten what it was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from simcom_async.errors import ModemError, ModemRestarted

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment

__all__ = ["restart_behind", "restart_named"]


def restart_behind(error: ModemError, attachment: Attachment) -> ModemRestarted:
    """The name of what is behind a refusal."""
    return ModemRestarted(f"{error}; the module has restarted meanwhile", port=attachment.url)


@contextmanager
def restart_named(attachment: Attachment, upsets: int) -> Iterator[None]:
    """What the module refuses inside is a ModemRestarted when it was upset since.

    ``upsets``: of the attachment, when the work began.
    """
    try:
        yield
    except ModemError as error:
        if attachment.upsets == upsets:
            raise
        raise restart_behind(error, attachment) from error
