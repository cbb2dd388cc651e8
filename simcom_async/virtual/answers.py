"""What every command does: the tables of the families, and the default for settings and test forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from simcom_async.at.command import Command, Form
from simcom_async.at.dialect import Dialect
from simcom_async.at.message import Message
from simcom_async.at.setting import Setting, read_form, supported_values, test_form
from simcom_async.virtual import (
    bearer,
    call,
    cftp,
    cftp_files,
    cftps,
    cftps_files,
    cftps_transfer,
    chttp,
    chttps,
    clock,
    email,
    email_pop3,
    email_pop3_fetch,
    email_smtp,
    email_smtp_settings,
    file_transfer,
    files,
    ftp,
    ftp_extended,
    ftp_files,
    ftp_settings,
    general,
    http,
    http_parameters,
    identity,
    network,
    network_application,
    packet,
    pop3,
    pop3_mail,
    power,
    serial_line,
    sim,
    sms,
    smtp,
    smtp_content,
    smtp_settings,
    socket_context,
)
from simcom_async.virtual.turn import Answer, Answered, Refused, Turn

__all__ = ["answer_to", "answers"]

_FAMILIES = (
    *(bearer, call, clock, email, email_pop3, email_pop3_fetch, email_smtp, email_smtp_settings),
    *(file_transfer, files, ftp, ftp_extended, ftp_files, ftp_settings, general),
    *(cftp, cftp_files, cftps, cftps_files, cftps_transfer, chttp, chttps),
    *(pop3, pop3_mail, smtp, smtp_content, smtp_settings),
    *(http, http_parameters, identity, network, network_application),
    *(packet, power, serial_line, sim, sms, socket_context),
)
_DECLARED: Mapping[type[Command[Any]], Answer] = MappingProxyType(
    {command: answer for family in _FAMILIES for command, answer in family.ANSWERS.table.items()}
)


def answers(dialect: Dialect) -> frozenset[type[Command[Any]]]:
    """The commands of a dialect, with all of their forms, that a virtual modem really answers."""
    return frozenset(_table(dialect))


def answer_to(dialect: Dialect, command: type[Command[Any]]) -> Answer | None:
    """What carries out a command; None: nothing does, it is refused."""
    return _table(dialect).get(command)


@cache
def _table(dialect: Dialect) -> Mapping[type[Command[Any]], Answer]:
    found: dict[type[Command[Any]], Answer] = {}
    for command in dialect.commands:
        if issubclass(command, Setting):
            found[command] = _store
            found[read_form(command)] = _read
        if command.wire.tested is not None and command.wire.form is not Form.TEST:
            found[test_form(command)] = _supported(command)
    for command in dialect.table.declared:
        declared = next((_DECLARED[base] for base in command.__mro__ if base in _DECLARED), None)
        if declared is not None:
            found[command] = declared
    return MappingProxyType(found)


async def _store(turn: Turn[Setting]) -> None:
    turn.modem.profile.write(turn.command)


async def _read(turn: Turn[Command[Any]]) -> Answered:
    (setting,) = turn.command.wire.replies
    stored = turn.modem.profile.read(setting) if issubclass(setting, Setting) else None
    if stored is None:
        raise Refused
    return stored


def _supported(command: type[Command[Any]]) -> Answer:
    """The answer to a test form: the supported values, or nothing but OK."""

    async def answer(turn: Turn[Command[Any]]) -> Answered:
        values = supported_values(command)
        reply: Callable[..., Message] | None = next(iter(turn.command.wire.replies), None)
        return reply(values=values) if reply is not None and values else None

    return answer
