"""An asyncio stack for SIMCom cellular modules, and a virtual module that behaves like them.

::

    async with simcom_async.open_modem("/dev/ttyUSB2", apn="internet") as modem:
        response = await modem.http.get("http://example.com/")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.at.code import Code
from simcom_async.at.command import Command, RawCommand, Service
from simcom_async.at.dialect import Dialect
from simcom_async.at.event import (
    EchoLine,
    Event,
    FinalLine,
    Gap,
    LateReply,
    LineEvent,
    Noise,
    PayloadChunk,
    PromptLine,
    ReplyLine,
    UrcLine,
)
from simcom_async.at.message import Message, Reply, Urc
from simcom_async.commands.network import Registration
from simcom_async.commands.topics import (
    BearerLost,
    CallProgress,
    FunctionalityChanged,
    Incoming,
    MailboxClosed,
    MailSent,
    ModuleBooted,
    ModuleReady,
    NetworkInformation,
    PowerDown,
    PowerWarning,
    RegistrationChanged,
    SimChanged,
)
from simcom_async.dialects import DIALECTS
from simcom_async.errors import (
    CommandFailed,
    CommandTimeout,
    Evidence,
    FtpError,
    HttpError,
    LimitExceeded,
    LinkError,
    MissingExtra,
    ModemError,
    ModemReplaced,
    ModemRestarted,
    OutcomeUnknown,
    Pop3Error,
    PortLost,
    ProtocolError,
    ServiceBusy,
    ServiceFailed,
    SimcomError,
    SmtpError,
    SmtpOutcomeUnknown,
    Traffic,
    UnsupportedCommand,
    UnsupportedService,
    UsageError,
)
from simcom_async.link.bus import EventBus
from simcom_async.link.condition import Condition, LinkChanged, ServiceSettled
from simcom_async.link.layer import Layer, LayerOutcome, RecoveryStep
from simcom_async.link.subscription import Overflow, Overrun, Subscription
from simcom_async.modem import Modem, connect, open_modem
from simcom_async.ports.clock import Clock, LoopClock, ManualClock
from simcom_async.sessions.file_stream import FileStream
from simcom_async.sessions.file_visit import DriveSpace, FileEntry
from simcom_async.sessions.files import FilesSession
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_fetch import FtpTransfer
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sessions.ftp_listing import FtpEntry, FtpKind
from simcom_async.sessions.ftp_stream import FtpStream
from simcom_async.sessions.health import Health, HealthChanged
from simcom_async.sessions.http import HttpStream
from simcom_async.sessions.http_response import HttpResponse
from simcom_async.sessions.identity import Identity
from simcom_async.sessions.life_cycle import Booting, Busy, Closed, LifeCycle, Lost, Opening, Ready, Suspect
from simcom_async.sessions.mail_parts import CannotCarry
from simcom_async.sessions.pop3 import Pop3Session, Pop3Stream
from simcom_async.sessions.pop3_flow import MailboxSize, MailSize, MailUid
from simcom_async.sessions.progress import Direction, TransferProgress
from simcom_async.sessions.recovery_policy import PowerHook, RecoveryPolicy
from simcom_async.sessions.registration import NetworkRegistration, Signal
from simcom_async.sessions.resumption import TransferResumed
from simcom_async.sessions.sim_watch import SimInserted, SimRemoved
from simcom_async.sessions.smtp import SmtpResult, SmtpSession

if TYPE_CHECKING:
    from simcom_async.virtual import VirtualModem

__version__ = "0.1.0"

__all__ = [
    "DIALECTS",
    "BearerLost",
    "Booting",
    "Busy",
    "CallProgress",
    "CannotCarry",
    "Clock",
    "Closed",
    "Code",
    "Command",
    "CommandFailed",
    "CommandTimeout",
    "Condition",
    "Dialect",
    "Direction",
    "DriveSpace",
    "EchoLine",
    "Event",
    "EventBus",
    "Evidence",
    "FileEntry",
    "FileStream",
    "FilesSession",
    "FinalLine",
    "FtpEntry",
    "FtpError",
    "FtpKind",
    "FtpSession",
    "FtpStream",
    "FtpTransfer",
    "FtpWay",
    "FunctionalityChanged",
    "Gap",
    "Health",
    "HealthChanged",
    "HttpError",
    "HttpResponse",
    "HttpStream",
    "Identity",
    "Incoming",
    "LateReply",
    "Layer",
    "LayerOutcome",
    "LifeCycle",
    "LimitExceeded",
    "LineEvent",
    "LinkChanged",
    "LinkError",
    "LoopClock",
    "Lost",
    "MailSent",
    "MailSize",
    "MailUid",
    "MailboxClosed",
    "MailboxSize",
    "ManualClock",
    "Message",
    "MissingExtra",
    "Modem",
    "ModemError",
    "ModemReplaced",
    "ModemRestarted",
    "ModuleBooted",
    "ModuleReady",
    "NetworkInformation",
    "NetworkRegistration",
    "Noise",
    "Opening",
    "OutcomeUnknown",
    "Overflow",
    "Overrun",
    "PayloadChunk",
    "Pop3Error",
    "Pop3Session",
    "Pop3Stream",
    "PortLost",
    "PowerDown",
    "PowerHook",
    "PowerWarning",
    "PromptLine",
    "ProtocolError",
    "RawCommand",
    "Ready",
    "RecoveryPolicy",
    "RecoveryStep",
    "Registration",
    "RegistrationChanged",
    "Reply",
    "ReplyLine",
    "Service",
    "ServiceBusy",
    "ServiceFailed",
    "ServiceSettled",
    "Signal",
    "SimChanged",
    "SimInserted",
    "SimRemoved",
    "SimcomError",
    "SmtpError",
    "SmtpOutcomeUnknown",
    "SmtpResult",
    "SmtpSession",
    "Subscription",
    "Suspect",
    "Traffic",
    "TransferProgress",
    "TransferResumed",
    "UnsupportedCommand",
    "UnsupportedService",
    "Urc",
    "UrcLine",
    "UsageError",
    "VirtualModem",
    "connect",
    "open_modem",
]


def __getattr__(name: str) -> object:
    """``VirtualModem`` is loaded when it is asked for: drivers of real modules need none."""
    if name == "VirtualModem":
        from simcom_async.virtual import VirtualModem

        return VirtualModem
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
