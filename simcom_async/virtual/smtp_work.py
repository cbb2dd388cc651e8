"""Sending one mail: from AT+SMTPSEND to the URC that says how it ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

from simcom_async.commands.smtp import SmtpCode, SmtpEnded
from simcom_async.virtual.file_place import FileProblem
from simcom_async.virtual.mail_failure import MailReason, SmtpFailure, SmtpStage
from simcom_async.virtual.smtp_compose import compose

if TYPE_CHECKING:
    from simcom_async.virtual.smtp import SmtpService
    from simcom_async.virtual.smtp_client import SmtpClient
    from simcom_async.virtual.turn import Operation

__all__ = ["Sending", "code_of"]

_REASONS = {MailReason.AUTH_REQUIRED: SmtpCode.AUTH_REQUIRED, MailReason.AUTH_FAILED: SmtpCode.AUTH_ERROR}
_QUARTER = timedelta(minutes=15)


def code_of(failure: SmtpFailure, *, network: bool) -> SmtpCode:
    """The code of a failure; ``network``: there still is one."""
    if not network or failure.stage is SmtpStage.CONNECT:
        return SmtpCode.NETWORK_ERROR
    return _REASONS.get(failure.reason, SmtpCode.SERVER_ERROR)


class Sending:
    """One mail on its way: ``begin`` until the server has greeted, from when on it has ``begun``; then ``run``."""

    def __init__(self, service: SmtpService, client: SmtpClient) -> None:
        self.begun = False
        self._service = service
        self.client = client
        self._task: asyncio.Task[Any] | None = None
        self._stopped = False
        self._taken = False

    async def begin(self) -> SmtpCode | None:
        """Connect, and wait for the greeting; why it failed, None: it did not."""
        code: SmtpCode | None = SmtpCode.NETWORK_ERROR
        reaching = self._task = asyncio.create_task(self._reach())
        try:
            await asyncio.wait([reaching])
            code = SmtpCode.USER_CANCEL if self._stopped else reaching.result()
        finally:
            reaching.cancel()
            if code is not None:
                self._settle()
        self.begun = code is None
        return code

    async def _reach(self) -> SmtpCode | None:
        service = self._service
        if not service.network.bring_up():
            return SmtpCode.NETWORK_ERROR
        try:
            await self.client.reach(service.draft.server, service.draft.port)
        except SmtpFailure as failure:
            return code_of(failure, network=service.network.up)
        return None

    async def run(self, operation: Operation) -> None:
        """Send it, and say how that ended."""
        if self._stopped:
            return
        self._task = asyncio.current_task()
        try:
            code = await self._attempt()
            await operation.urc(SmtpEnded(code=code), just_before=self._settle)
        finally:
            self.client.cut()

    def stop(self) -> bool:
        """Break it off; False: the server has taken the mail already."""
        if self._taken:
            return False
        self.cancel()
        return True

    def cancel(self) -> None:
        """Break it off, without a word."""
        self._stopped = True
        if self._task is not None:
            self._task.cancel()
        self._settle()

    def _settle(self) -> None:
        self._service.work = None
        if self._taken:
            self._service.draft.sent()
        else:
            self.client.cut()

    async def _attempt(self) -> SmtpCode:
        try:
            await self._send()
        except SmtpFailure as failure:
            return code_of(failure, network=self._service.network.up)
        except FileProblem:
            return SmtpCode.SERVER_ERROR  # an attachment has gone meanwhile: no word of the document is nearer
        return SmtpCode.SUCCESS

    async def _send(self) -> None:
        client, draft = self.client, self._service.draft
        modem = self._service.modem
        await client.hello()
        if draft.login is not None:
            await client.login(*draft.login)
        await client.envelope(draft.sender[0], draft.envelope)
        await client.begin()
        zone = timezone(modem.calendar.zone * _QUARTER)
        for piece in compose(draft, date=modem.calendar.now.replace(tzinfo=zone), opened=modem.file_system.open):
            await client.write(piece)
        await client.finish()
        self._taken = True
        await client.bye()
