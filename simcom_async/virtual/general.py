"""Profiles, S registers, and basic commands that a module only remembers."""

from __future__ import annotations

from simcom_async.at.message import Message
from simcom_async.commands import general as messages
from simcom_async.virtual.turn import Answers, Refused, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()
_EDITING = 5
#: Registers whose three characters are fixed here: CR, LF (ITU-T V.250 6.2.1, 6.2.2).
_FIXED = {3: 13, 4: 10}


@ANSWERS.to(messages.At, messages.Echo, messages.Verbose, messages.Quiet)
async def _wire(turn: Turn[messages.At]) -> None:
    """What they change on the wire is declared."""


@ANSWERS.to(messages.Repeat, messages.Escape)
async def _alone(turn: Turn[messages.Repeat]) -> None:
    """The responder and the data mode know them; they never come as a command."""


@ANSWERS.to(
    messages.ConnectResult,
    messages.Loudness,
    messages.SpeakerMode,
    messages.DcdFunction,
    messages.DtrFunction,
)
async def _remember(turn: Turn[messages.DtrFunction]) -> None:
    turn.modem.profile.now.basics[turn.command.wire.name] = turn.command.value or 0


@ANSWERS.to(messages.ResetProfile)
async def _recall(turn: Turn[messages.ResetProfile]) -> None:
    turn.modem.calls.hang_up()
    turn.channel.adopt(turn.modem.profile.recall())


@ANSWERS.to(messages.FactoryProfile)
async def _factory(turn: Turn[messages.FactoryProfile]) -> None:
    turn.channel.adopt(turn.modem.profile.reset())


@ANSWERS.to(messages.StoreProfile)
async def _store(turn: Turn[messages.StoreProfile]) -> None:
    turn.modem.profile.save(turn.channel.state)


@ANSWERS.to(messages.ViewProfile)
async def _view(turn: Turn[messages.ViewProfile]) -> list[str]:
    state, now = turn.channel.state, turn.modem.profile.now
    basics = {"E": state.echo is not False, "V": state.verbose is not False, "Q": bool(state.quiet), **now.basics}
    shown = [f"{name}: {int(value)}" for name, value in sorted(basics.items())]
    shown += [f"S{number:02}: {value:03}" for number, value in sorted(now.registers.items())]
    return ["ACTIVE PROFILE:", *shown]


@ANSWERS.to(messages.RegisterWrite)
async def _write(turn: Turn[messages.RegisterWrite]) -> None:
    number, value = turn.command.number, turn.command.value
    if value > 255 or _FIXED.get(number, value) != value:
        raise Refused
    turn.modem.profile.now.registers[number] = value
    if number == _EDITING:
        turn.channel.responder.backspace = value


@ANSWERS.to(messages.RegisterRead)
async def _read(turn: Turn[messages.RegisterRead]) -> Message:
    value = turn.modem.profile.now.registers.get(turn.command.number, 0)
    return messages.RegisterValue(value=f"{value:03}")
