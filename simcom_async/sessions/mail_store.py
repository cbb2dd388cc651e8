"""Files in the module that carry mails: attachments on their way out, fetched mails on their way in."""

from __future__ import annotations

from simcom_async.sessions.module_folder import ModuleFolder, removed

__all__ = ["MailFolder", "removed"]


class MailFolder(ModuleFolder):
    """A folder of our own for the attachments of one mail."""

    path = "C:/simcom_mail"
