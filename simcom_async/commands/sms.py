"""Short messages, so that a client which asks for them goes on (SIM800 AT manual V1.12 chapter 4, 3GPP TS 27.005)."""

from enum import StrEnum
from typing import Annotated

from simcom_async.at.command import Abort, Command, Entry, Form, Means, Patience, Syntax, Terminated, UntilFinal
from simcom_async.at.escape import SUB_ONLY
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Prompt, Reply
from simcom_async.at.setting import Setting
from simcom_async.commands.results import CmsError
from simcom_async.commands.topics import Incoming

__all__ = [
    "MessageService",
    "MessageServiceRead",
    "MessageServiceState",
    "MessageServiceSupport",
    "MessageStatus",
    "SmsCentre",
    "SmsDelete",
    "SmsFormat",
    "SmsIndication",
    "SmsList",
    "SmsListPdu",
    "SmsParameters",
    "SmsPrompt",
    "SmsRead",
    "SmsReceived",
    "SmsReference",
    "SmsSend",
    "SmsSendPdu",
    "Storage",
    "StorageRead",
    "StorageSelect",
    "StorageState",
    "StorageUse",
]

#: Text of messages that is taken at once, in bytes.
_TEXT = UntilFinal(maximum=65_536)


class Storage(StrEnum):
    """Where messages are (SIM800 AT manual 4.2.9)."""

    SIM = "SM"
    PHONE = "ME"
    SIM_PREFERRED = "SM_P"
    PHONE_PREFERRED = "ME_P"
    BOTH = "MT"


class MessageStatus(StrEnum):
    """Which messages to list (SIM800 AT manual 4.2.3)."""

    RECEIVED_UNREAD = "REC UNREAD"
    RECEIVED_READ = "REC READ"
    STORED_UNSENT = "STO UNSENT"
    STORED_SENT = "STO SENT"
    ALL = "ALL"


class SmsPrompt(Prompt):
    """The module takes the text of a message now (SIM800 AT manual 4.2.5)."""

    wire = Line(">", mark=True, ref="SIM800 AT manual 4.2.5")


class SmsReceived(Incoming):
    """A message has been stored (SIM800 AT manual 4.2.8)."""

    wire = Line("+CMTI", ref="SIM800 AT manual 4.2.8")
    storage: Annotated[Storage, Text()]
    index: Annotated[int, Range(0)]
    kind: Annotated[str | None, Text()] = None


class SmsReference(Reply):
    """The reference of a message that was sent (SIM800 AT manual 4.2.5)."""

    wire = Line("+CMGS", ref="SIM800 AT manual 4.2.5")
    reference: Annotated[int, Range(0, 255)]


class StorageUse(Reply):
    """Messages stored and storable: to read, to write, received (SIM800 AT manual 4.2.9)."""

    wire = Line("+CPMS", ref="SIM800 AT manual 4.2.9")
    used_1: Annotated[int, Range(0)]
    total_1: Annotated[int, Range(0)]
    used_2: Annotated[int, Range(0)]
    total_2: Annotated[int, Range(0)]
    used_3: Annotated[int, Range(0)]
    total_3: Annotated[int, Range(0)]


class StorageState(Reply):
    """The chosen storages, with messages stored and storable (SIM800 AT manual 4.2.9)."""

    wire = Line("+CPMS", ref="SIM800 AT manual 4.2.9")
    storage_1: Annotated[Storage, Text()]
    used_1: Annotated[int, Range(0)]
    total_1: Annotated[int, Range(0)]
    storage_2: Annotated[Storage, Text()]
    used_2: Annotated[int, Range(0)]
    total_2: Annotated[int, Range(0)]
    storage_3: Annotated[Storage, Text()]
    used_3: Annotated[int, Range(0)]
    total_3: Annotated[int, Range(0)]


class MessageServiceSupport(Reply):
    """Which kinds of messages the service carries: to the module, from it, broadcast (3GPP TS 27.005 3.2.1)."""

    wire = Line("+CSMS", ref="3GPP TS 27.005 3.2.1")
    received: Annotated[int, Range(0, 1)]
    sent: Annotated[int, Range(0, 1)]
    broadcast: Annotated[int, Range(0, 1)]


class MessageServiceState(Reply):
    """The service, and which kinds of messages it carries (3GPP TS 27.005 3.2.1)."""

    wire = Line("+CSMS", ref="3GPP TS 27.005 3.2.1")
    service: Annotated[int, Range(0, 127)]
    received: Annotated[int, Range(0, 1)]
    sent: Annotated[int, Range(0, 1)]
    broadcast: Annotated[int, Range(0, 1)]


class SmsFormat(Setting):
    """Messages as PDU (0) or as text (1) (SIM800 AT manual 4.2.2)."""

    wire = Syntax(name="+CMGF", form=Form.WRITE, tested="auto", repeatable=True, ref="SIM800 AT manual 4.2.2")
    mode: Annotated[int, Range(0, 1)] = 0


class SmsIndication(Setting):
    """How new messages are told (SIM800 AT manual 4.2.8)."""

    wire = Syntax(
        name="+CNMI",
        form=Form.WRITE,
        tested="(0-3),(0-3),(0,2),(0,1),(0,1)",
        repeatable=True,
        ref="SIM800 AT manual 4.2.8",
    )
    mode: Annotated[int, Range(0, 3)] = 2
    message: Annotated[int | None, Range(0, 3)] = 1
    broadcast: Annotated[int | None, Range(0, 2, exclude=(1,))] = 0
    report: Annotated[int | None, Range(0, 1)] = 0
    buffer: Annotated[int | None, Range(0, 1)] = 0


class SmsParameters(Setting):
    """First octet, validity, protocol and coding of sent messages (3GPP TS 27.005 3.3.2)."""

    wire = Syntax(name="+CSMP", form=Form.WRITE, tested="", repeatable=True, ref="3GPP TS 27.005 3.3.2")
    first_octet: Annotated[int, Range(0, 255)] = 17
    validity: Annotated[int | None, Range(0, 255)] = 167
    protocol: Annotated[int | None, Range(0, 255)] = 0
    coding: Annotated[int | None, Range(0, 255)] = 0


class SmsCentre(Setting):
    """The address of the message centre, and its type (3GPP TS 27.005 3.3.1)."""

    wire = Syntax(name="+CSCA", form=Form.WRITE, tested="", repeatable=True, ref="3GPP TS 27.005 3.3.1")
    address: Annotated[str, Text(max=21)] = ""
    type: Annotated[int | None, Range(0, 255)] = 129


class MessageService(Command[MessageServiceSupport]):
    """Choose the message service (3GPP TS 27.005 3.2.1)."""

    wire = Syntax(
        name="+CSMS",
        form=Form.WRITE,
        tested="(0,1)",
        replies=(MessageServiceSupport,),
        repeatable=True,
        codes=CmsError,
        ref="3GPP TS 27.005 3.2.1",
    )
    service: Annotated[int, Range(0, 1)] = 0


class MessageServiceRead(Command[MessageServiceState]):
    """Ask for the message service (3GPP TS 27.005 3.2.1)."""

    wire = Syntax(
        name="+CSMS",
        form=Form.READ,
        replies=(MessageServiceState,),
        repeatable=True,
        ref="3GPP TS 27.005 3.2.1",
    )


class StorageSelect(Command[StorageUse]):
    """Choose the storages to read, to write and for received messages (SIM800 AT manual 4.2.9)."""

    wire = Syntax(
        name="+CPMS",
        form=Form.WRITE,
        tested='("SM","ME","SM_P","ME_P","MT"),("SM","ME","SM_P","ME_P","MT"),("SM","ME","SM_P","ME_P","MT")',
        replies=(StorageUse,),
        repeatable=True,
        codes=CmsError,
        ref="SIM800 AT manual 4.2.9",
    )
    read: Annotated[Storage, Text()]
    write: Annotated[Storage | None, Text()] = None
    received: Annotated[Storage | None, Text()] = None


class StorageRead(Command[StorageState]):
    """Ask for the storages (SIM800 AT manual 4.2.9)."""

    wire = Syntax(name="+CPMS", form=Form.READ, replies=(StorageState,), repeatable=True, ref="SIM800 AT manual 4.2.9")


class SmsSend(Command[SmsReference]):
    """Send a message as text; Ctrl-Z ends it, ESC gives it up (SIM800 AT manual 4.2.5: 60 s)."""

    wire = Syntax(
        name="+CMGS",
        form=Form.WRITE,
        tested="",
        replies=(SmsReference,),
        entry=Entry(prompt=SmsPrompt, size=Terminated(SUB_ONLY), maximum=1024, echoed=True),
        patience=Patience(final=70.0),
        abort=Abort(entry=Means.ESC),
        codes=CmsError,
        ref="SIM800 AT manual 4.2.5",
    )
    number: Annotated[str, Text(min=1, max=21)]
    type: Annotated[int | None, Range(0, 255)] = None


class SmsSendPdu(Command[SmsReference]):
    """Send a message as PDU of ``length`` octets; Ctrl-Z ends it, ESC gives it up (SIM800 AT manual 4.2.5: 60 s)."""

    wire = Syntax(
        name="+CMGS",
        form=Form.WRITE,
        replies=(SmsReference,),
        entry=Entry(prompt=SmsPrompt, size=Terminated(SUB_ONLY), maximum=1024, echoed=True),
        patience=Patience(final=70.0),
        abort=Abort(entry=Means.ESC),
        codes=CmsError,
        ref="SIM800 AT manual 4.2.5",
    )
    length: Annotated[int, Range(1, 160)]


class SmsList(Command[None]):
    """List messages in text mode, as text (SIM800 AT manual 4.2.3)."""

    wire = Syntax(
        name="+CMGL",
        form=Form.WRITE,
        tested='("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")',
        text=_TEXT,
        patience=Patience(final=30.0),
        repeatable=True,
        codes=CmsError,
        ref="SIM800 AT manual 4.2.3",
    )
    status: Annotated[MessageStatus, Text()]
    keep: Annotated[int | None, Range(0, 1)] = None


class SmsListPdu(Command[None]):
    """List messages in PDU mode, as text (SIM800 AT manual 4.2.3)."""

    wire = Syntax(
        name="+CMGL",
        form=Form.WRITE,
        text=_TEXT,
        patience=Patience(final=30.0),
        repeatable=True,
        codes=CmsError,
        ref="SIM800 AT manual 4.2.3",
    )
    status: Annotated[int, Range(0, 4)]
    keep: Annotated[int | None, Range(0, 1)] = None


class SmsRead(Command[None]):
    """Read a message, as text (SIM800 AT manual 4.2.4)."""

    wire = Syntax(name="+CMGR", form=Form.WRITE, tested="", text=_TEXT, codes=CmsError, ref="SIM800 AT manual 4.2.4")
    index: Annotated[int, Range(0, 255)]
    keep: Annotated[int | None, Range(0, 1)] = None


class SmsDelete(Command[None]):
    """Delete a message, or all that ``flag`` says (SIM800 AT manual 4.2.1: 25 s)."""

    wire = Syntax(
        name="+CMGD",
        form=Form.WRITE,
        tested="(0-255),(0-4)",
        patience=Patience(final=35.0),
        repeatable=True,
        codes=CmsError,
        ref="SIM800 AT manual 4.2.1",
    )
    index: Annotated[int, Range(0, 255)]
    flag: Annotated[int | None, Range(0, 4)] = None
