"""Every form of the manual's inventory against both halves: to the virtual modem, and its answer to the host.

Only judged services are tried; what is not judged yet is listed at the end of the run (``judge.report``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import pytest

from simcom_async.at.command import Form as DeclaredForm
from simcom_async.at.command import RawCommand
from simcom_async.at.demux import Demux
from simcom_async.at.event import UrcLine
from simcom_async.at.exchange import Exchange
from simcom_async.cli.commands import rows
from simcom_async.dialects import DIALECTS
from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.virtual.answers import answers
from tests.judge.cases import CASES, TAKEN
from tests.judge.console import Console
from tests.judge.declared import built, judged_services
from tests.judge.fields import assert_declared
from tests.judge.inventory import Form, Trial, forms, sample, trials, urcs
from tests.judge.needs import surroundings
from tests.judge.replay import replay
from tests.judge.report import MissingReport
from tests.judge.transcript import Does
from tests.judge.visitor import Visitor
from tests.judge.wire import crlf, hostile

JUDGED = [form for form in forms() if (form.family, form.service) in judged_services()]
TRIALS = [trial for form in JUDGED for trial in trials(form)]
BODY = hostile(1000)
#: How many forms a family has of a service, in the manual's own count.
COUNTS = {
    ("sim7100", "general"): 6,
    ("sim7100", "filesystem"): 2,
    ("sim7100", "http"): 2,
    ("sim7100", "https"): 9,
    ("sim7100", "ftp"): 34,
    ("sim7100", "ftps"): 30,
    ("sim7100", "smtp"): 37,
    ("sim7100", "pop3"): 25,
    ("sim900", "bearer"): 1,
    ("sim900", "email"): 6,
    ("sim900", "smtp"): 27,
    ("sim900", "pop3"): 21,
    ("sim800", "bearer"): 1,
    ("sim800", "http"): 8,
    ("sim800", "ftp"): 23,
    ("sim7000", "bearer"): 1,
    ("sim7000", "ftp"): 29,
}


@pytest.fixture(autouse=True, scope="module")
def missing_report(pytestconfig: pytest.Config) -> None:
    MissingReport.register(pytestconfig)


def named(found: Iterable[Trial], keep: Callable[[Trial], bool] = lambda trial: True) -> list[object]:
    return [pytest.param(trial, id=trial.id) for trial in found if keep(trial)]


# --- the trials themselves ------------------------------------------------------------------------------------------


def test_every_form_of_a_declared_service_is_tried() -> None:
    assert Counter((form.family, form.service) for form in forms()) == COUNTS
    assert {(form.family, form.name, form.form) for form in JUDGED} <= set(CASES)
    assert {trial.form.id for trial in TRIALS if trial.final == "OK"} == {form.id for form in JUDGED}


@pytest.mark.parametrize("form", [pytest.param(form, id=form.id) for form in JUDGED])
def test_every_value_and_limit_of_the_inventory_is_tried(form: Form) -> None:
    lines: dict[str, set[str]] = {"OK": set(), "ERROR": set()}
    for trial in TRIALS:
        if trial.form is form:
            lines[trial.final].add(trial.transcript.steps[0].text)
    cases = CASES[form.family, form.name, form.form]
    for param in form.params:
        used = [case.values[param.name] for case in cases if param.name in case.values]
        if used and param.values:
            assert set(used) == set(param.values), f"{param.name} is not tried with every value"
        for limit, beyond in ((param.low, -1), (param.high, 1)):
            if used and limit is not None:
                case = {**cases[0].values, param.name: str(limit)}
                assert form.line(case) in lines["OK"], f"{param.name} is not tried at {limit}"
                case[param.name] = str(limit + beyond)
                final = "OK" if (form.name, param.name, case[param.name]) in TAKEN else "ERROR"
                assert form.line(case) in lines[final], f"{param.name} is not tried outside {limit}"


# --- the host -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trial", named(TRIALS, lambda trial: trial.final == "OK"))
async def test_the_host_understands_the_documented_answer(trial: Trial) -> None:
    await replay(trial.transcript, DIALECTS[trial.form.family])


@pytest.mark.parametrize("trial", named(TRIALS, lambda trial: trial.final == "ERROR"))
async def test_the_host_refuses_what_is_outside_the_limits_before_a_byte_is_sent(trial: Trial) -> None:
    line = trial.transcript.steps[0].text
    with pytest.raises(UsageError):
        built(DIALECTS[trial.form.family], line)
    await replay(trial.transcript, DIALECTS[trial.form.family], refused=[line])


@pytest.mark.parametrize(("family", "template"), [(f, t) for f, s, t in urcs() if (f, s) in judged_services()])
def test_an_unsolicited_line_of_the_manual_is_declared_and_may_come_at_any_time(family: str, template: str) -> None:
    line = sample(f"AT{template.partition(':')[0].partition(' ')[0]}", template, method="0")
    for before in (b"", b"AT+CSQ\r"):
        demux = Demux(DIALECTS[family])
        if before:
            demux.arm(Exchange(RawCommand.of("AT+CSQ")))
        *_, event = demux.receive(before + crlf(line))
        assert isinstance(event, UrcLine)
        assert_declared(event, line)


def test_a_limit_is_named() -> None:
    with pytest.raises(LimitExceeded) as refused:
        built(DIALECTS["sim800"], "AT+SAPBR=1,0")
    assert (refused.value.field, refused.value.value, refused.value.allowed) == ("cid", 0, "1 to 3")


# --- the virtual modem ----------------------------------------------------------------------------------------------


async def visit(trial: Trial) -> Visitor:
    """A trial at a virtual modem, with what it needs around."""
    async with surroundings(trial.transcript) as around:
        modem = around.modem(wire="documented", echo=False, clock=around.clock)
        async with modem as virtual, Console(virtual.port()) as console:
            visitor = Visitor(console, trial.transcript, exact=True, echo=False)
            around.attend(visitor)
            await visitor.play()
            await visitor.send("AT")
            assert await console.read(6) == b"\r\nOK\r\n"
            assert console.unread == b""
            return visitor


@pytest.mark.parametrize("trial", named(TRIALS))
async def test_the_virtual_modem_answers_as_documented(trial: Trial) -> None:
    visitor = await visit(trial)
    assert set(visitor.bound) == set(trial.transcript.captures)
    payloads = [step for step in trial.transcript.steps if step.does is Does.PAYLOAD]
    if trial.form.service == "pop3":  # the words of the server, or of the mail, are their own
        words = {"sim900": b"+OK", "sim7100": b"From: "}[trial.form.family]
        assert [data[: len(words)] for data in visitor.payloads] == [words[: len(data)] for data in visitor.payloads]
        return
    assert visitor.payloads == [BODY[: trial.transcript.length(step) or 1] for step in payloads]


# --- the flags of `simcom commands` ---------------------------------------------------------------------------------


async def succeeds(judged: object) -> bool:
    """Whether a trial passes."""
    try:
        await judged  # type: ignore[misc]
    except (AssertionError, UsageError):
        return False
    return True


FOUND: dict[tuple[str, str, str], tuple[bool, bool]] = {}


async def found_flags() -> dict[tuple[str, str, str], tuple[bool, bool]]:
    """What the trials show, made once: family, name and form, and whether host and virtual modem have it."""
    if not FOUND:
        for trial in TRIALS:
            if trial.final == "OK":
                key = (trial.form.family, trial.form.name, trial.form.form)
                host, virtual = FOUND.get(key, (True, True))
                host = host and await succeeds(replay(trial.transcript, DIALECTS[trial.form.family]))
                FOUND[key] = (host, virtual and await succeeds(visit(trial)))
    return FOUND


async def test_the_tables_of_the_virtual_modem_say_what_was_found() -> None:
    for (family, name, form), (_, virtual) in (await found_flags()).items():
        dialect = DIALECTS[family]
        kinds = list(DeclaredForm) if form == "unspecified" else [DeclaredForm(form)]
        declared = {command for kind in kinds for command in dialect.table.commands(name[2:], kind)}
        assert virtual == (bool(declared) and declared <= answers(dialect)), f"{family} {name} {form}"


async def test_the_rows_of_simcom_commands_say_what_was_found() -> None:
    for (family, name, form), (host, virtual) in (await found_flags()).items():
        named = [row for row in rows([family]) if row["name"] == name and form in (row["form"], "unspecified")]
        assert named, f"{family} {name} {form} has no row"
        assert all((row["host"], row["virtual"]) == (host, virtual) for row in named), f"{family} {name} {form}"


async def test_every_form_of_a_declared_service_has_both_flags() -> None:
    found = await found_flags()
    assert {key for key, flags in found.items() if flags == (True, True)} == {
        (form.family, form.name, form.form) for form in JUDGED
    }
