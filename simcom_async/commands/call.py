"""Calls: what a client needs that dials data, hangs up and is told of calls (SIM800 AT manual V1.12 2.2, 3.2)."""

from enum import IntEnum
from typing import Annotated

from simcom_async.at.command import Command, Form, Patience, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply
from simcom_async.at.setting import Setting
from simcom_async.commands.topics import CallProgress, Incoming

__all__ = [
    "Answer",
    "CallConnected",
    "CallRinging",
    "CallerIdentity",
    "CallerPresentation",
    "CallerPresentationRead",
    "CallerPresentationState",
    "CallerProvision",
    "CellularResult",
    "Dial",
    "DialVoice",
    "HangUp",
    "PulseDialling",
    "ResumeConnection",
    "Ring",
    "RingType",
    "ToneDialling",
    "VoiceHangUp",
    "VoiceHangUpControl",
]

_DIGITS = r"[TPtp]?[0-9A-Ca-c*#+,TPWtpw!@]+"


class CallerProvision(IntEnum):
    """Whether the network presents callers (SIM800 AT manual 3.2.18)."""

    NOT_PROVISIONED = 0
    PROVISIONED = 1
    UNKNOWN = 2


class Ring(Incoming):
    """A call comes in (SIM800 AT manual 18.3)."""

    wire = Line("RING", ref="SIM800 AT manual 18.3")


class RingType(Incoming):
    """A call comes in; its kind, ``VOICE`` or ``REL ASYNC`` (SIM800 AT manual 3.2.31)."""

    wire = Line("+CRING", ref="SIM800 AT manual 3.2.31")
    kind: Annotated[str, Text(quoted=False, pattern="[A-Z ]+")]


class CallerIdentity(Incoming):
    """Who calls (SIM800 AT manual 3.2.18)."""

    wire = Line("+CLIP", ref="SIM800 AT manual 3.2.18")
    number: Annotated[str, Text()]
    type: int
    subaddress: Annotated[str | None, Text(quoted=None)] = None
    subaddress_type: Annotated[str | None, Text(quoted=None)] = None
    name: Annotated[str | None, Text(quoted=None)] = None
    validity: Annotated[int | None, Range(0, 2)] = None


class CallRinging(CallProgress):
    """The called party is being alerted (SIM800 AT manual 18.3)."""

    wire = Line("MO RING", ref="SIM800 AT manual 18.3")


class CallConnected(CallProgress):
    """The called party has answered (SIM800 AT manual 18.3)."""

    wire = Line("MO CONNECTED", ref="SIM800 AT manual 18.3")


class CallerPresentationState(Reply):
    """Whether callers are shown, and whether the network offers it (SIM800 AT manual 3.2.18)."""

    wire = Line("+CLIP", ref="SIM800 AT manual 3.2.18")
    mode: Annotated[int, Range(0, 1)]
    provision: CallerProvision


class Dial(Command[None]):
    """Dial a data connection, ``*99#``; CONNECT begins the data mode (SIM800 AT manual 2.2.3)."""

    wire = Syntax(
        name="D",
        form=Form.EXECUTE,
        basic=True,
        dials=True,
        patience=Patience(final=90.0),
        ref="SIM800 AT manual 2.2.3",
    )
    number: Annotated[str, Text(quoted=False, pattern=_DIGITS)]


class DialVoice(Command[None]):
    """Dial a voice call; the number ends with a semicolon (SIM800 AT manual 2.2.3: 20 s)."""

    wire = Syntax(
        name="D",
        form=Form.EXECUTE,
        basic=True,
        dials=True,
        patience=Patience(final=30.0),
        ref="SIM800 AT manual 2.2.3",
    )
    number: Annotated[str, Text(quoted=False, pattern=_DIGITS + "[IiGg]*;")]


class Answer(Command[None]):
    """Answer a call (SIM800 AT manual 2.2.2: 20 s)."""

    wire = Syntax(
        name="A",
        form=Form.EXECUTE,
        basic=True,
        dials=True,
        patience=Patience(final=30.0),
        ref="SIM800 AT manual 2.2.2",
    )


class HangUp(Command[None]):
    """End the connection (SIM800 AT manual 2.2.8: 20 s)."""

    wire = Syntax(
        name="H",
        form=Form.EXECUTE,
        basic=True,
        patience=Patience(final=30.0),
        repeatable=True,
        ref="SIM800 AT manual 2.2.8",
    )
    value: Annotated[int | None, Range(0, 1)] = None


class VoiceHangUp(Command[None]):
    """End voice calls only (SIM800 AT manual 2.2.42: 20 s)."""

    wire = Syntax(
        name="+HVOIC",
        form=Form.EXECUTE,
        patience=Patience(final=30.0),
        repeatable=True,
        ref="SIM800 AT manual 2.2.42",
    )


class ResumeConnection(Command[None]):
    """Go back to the data mode (SIM800 AT manual 2.2.13)."""

    wire = Syntax(name="O", form=Form.EXECUTE, basic=True, dials=True, ref="SIM800 AT manual 2.2.13")
    value: Annotated[int | None, Range(0, 0)] = None


class ToneDialling(Command[None]):
    """Select tone dialling; without effect (SIM800 AT manual 2.2.24)."""

    wire = Syntax(name="T", form=Form.EXECUTE, basic=True, repeatable=True, ref="SIM800 AT manual 2.2.24")


class PulseDialling(Command[None]):
    """Select pulse dialling; without effect (SIM800 AT manual 2.2.14)."""

    wire = Syntax(name="P", form=Form.EXECUTE, basic=True, repeatable=True, ref="SIM800 AT manual 2.2.14")


class CallerPresentation(Command[None]):
    """Show callers with +CLIP (1) or not (0) (SIM800 AT manual 3.2.18: 15 s)."""

    wire = Syntax(
        name="+CLIP",
        form=Form.WRITE,
        tested="(0,1)",
        patience=Patience(final=20.0),
        repeatable=True,
        ref="SIM800 AT manual 3.2.18",
    )
    mode: Annotated[int, Range(0, 1)] = 0


class CallerPresentationRead(Command[CallerPresentationState]):
    """Ask whether callers are shown (SIM800 AT manual 3.2.18: 15 s)."""

    wire = Syntax(
        name="+CLIP",
        form=Form.READ,
        replies=(CallerPresentationState,),
        patience=Patience(final=20.0),
        repeatable=True,
        ref="SIM800 AT manual 3.2.18",
    )


class CellularResult(Setting):
    """Calls as +CRING with their kind (1) or as RING (0) (SIM800 AT manual 3.2.31)."""

    wire = Syntax(name="+CRC", form=Form.WRITE, tested="auto", repeatable=True, ref="SIM800 AT manual 3.2.31")
    mode: Annotated[int, Range(0, 1)] = 0


class VoiceHangUpControl(Setting):
    """Whether ATH ends a voice call (1: it does not) (3GPP TS 27.007 6.20)."""

    wire = Syntax(name="+CVHU", form=Form.WRITE, tested="auto", repeatable=True, ref="3GPP TS 27.007 6.20")
    mode: Annotated[int, Range(0, 1)] = 1
