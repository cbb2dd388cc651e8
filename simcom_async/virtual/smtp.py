"""The SMTP service of the SIM7100 over the real network: AT+SMTPSEND and AT+SMTPSTOP.

Where the document is silent: a name that is not resolved, a server that cannot be reached and a lost network are
NETWORK ERROR, everything else that a server does or leaves undone SERVER ERROR; the first recipient that is refused
ends it. With ``wire=documented`` a mail that was stopped ends without USER CANCEL, which the document does not have.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simcom_async.at.message import Message
from simcom_async.commands import smtp as messages
from simcom_async.commands.smtp import SmtpActivity, SmtpCode, SmtpEnded
from simcom_async.errors import MissingExtra
from simcom_async.virtual.mail_network import MailNetwork
from simcom_async.virtual.smtp_client import SmtpClient
from simcom_async.virtual.smtp_draft import Draft
from simcom_async.virtual.smtp_work import Sending
from simcom_async.virtual.turn import Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "SmtpService"]

ANSWERS = Answers()


class SmtpService:
    """The SMTP of one module: the mail to send, and the one that is being sent (None: none)."""

    def __init__(self, modem: VirtualModem) -> None:
        self.modem = modem
        self.network = MailNetwork(modem)
        self.draft = Draft()
        self.work: Sending | None = None

    def end(self) -> None:
        """The power is off."""
        if self.work is not None:
            self.work.cancel()

    def editable(self) -> Draft:
        """The mail, to be changed. Raises Refused while one is being sent."""
        if self.work is not None:
            raise Refused
        return self.draft

    @property
    def ready(self) -> bool:
        """Whether the mail has all that it must have, and its attachments are still there."""
        files = self.modem.file_system
        return self.draft.complete and all(files.exists(one.place) for one in self.draft.attachments.values())

    def client(self) -> SmtpClient:
        """A client over the module's network. Raises MissingExtra."""
        return SmtpClient(self.modem.internet, self.modem.clock, bearer=self.network.bearer, idle=self.network.timeout)


@ANSWERS.to(messages.SmtpSend)
async def _send(turn: Turn[messages.SmtpSend]) -> Message:
    service = turn.modem.smtp
    if service.work is not None:
        raise Refused(said=(messages.SmtpOngoing(),))
    if not service.ready:
        raise Refused(said=(SmtpEnded(code=SmtpCode.PARAM_ERROR),))
    try:
        client = service.client()
    except MissingExtra as error:
        turn.modem.operate(partial(_tell, error))
        raise Refused(said=(SmtpEnded(code=SmtpCode.NETWORK_ERROR),)) from error
    service.work = work = Sending(service, client)
    code = await work.begin()
    if code is not None:
        raise Refused(said=(SmtpEnded(code=code),))
    turn.operate(work.run)
    return messages.SmtpAccepted()


async def _tell(error: MissingExtra) -> None:
    """What is missing is no fault of the module: whoever has started it gets to know when it ends."""
    raise error


@ANSWERS.to(messages.SmtpSendRead)
async def _sending(turn: Turn[messages.SmtpSendRead]) -> Message:
    activity = SmtpActivity.IDLE if turn.modem.smtp.work is None else SmtpActivity.BUSY
    return messages.SmtpSendState(ongoing=activity)


@ANSWERS.to(messages.SmtpStop)
async def _stop(turn: Turn[messages.SmtpStop]) -> None:
    work, modem = turn.modem.smtp.work, turn.modem
    if work is None or not work.stop():
        raise Refused
    if work.begun and modem.options.wire != "documented":
        turn.afterwards(lambda: modem.urc(SmtpEnded(code=SmtpCode.USER_CANCEL)))
