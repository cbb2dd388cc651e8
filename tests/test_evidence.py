"""Every verb of every session, struck by every fault of the wire: the error tells what led to it, and no secret.

The verbs, and what strikes them, are those of ``python -m tests.torture``; the ordinary run takes a sample.
"""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Awaitable, Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from email.message import EmailMessage
from io import BytesIO, StringIO
from pathlib import Path
from random import Random
from traceback import format_exception

import pytest
from pydantic import SecretStr

from simcom_async.cli.program import run as simcom
from simcom_async.commands.packet import AccessPoint
from simcom_async.errors import CommandFailed, CommandTimeout, Evidence, LinkError, OutcomeUnknown, SimcomError
from simcom_async.link.evidence import BYTES, ENTRIES
from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import LoopClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import Fault, NoFinal, Split
from tests.torture.case import SCENES, SERVICES, profile_of, verbs_of
from tests.torture.faults import plan
from tests.torture.loop import run
from tests.torture.profile import Profile, Stepped
from tests.torture.scene import SECRET, Setting

#: Servers, modules and modems are made here by the dozen, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

KINDS = ("no-final", "wrong-count", "drop-line", "power-loss", "unplug", "reset")
TOLD = (CommandTimeout, LinkError, OutcomeUnknown)
Verb = tuple[str, str, str]
VERBS: list[Verb] = [(service, family, verb) for service in SERVICES for family, verb in verbs_of(service)]
#: One in so many verbs is in the sample of a kind.
SAMPLE = 28
#: Verbs that notice a wrong count by themselves, which few do.
COUNTING: list[Verb] = [("ftp", "sim800", "download-memory"), ("files", "sim7100", "read")]


def struck(verb: Verb, kind: str, moment: int, folder: Path) -> SimcomError | None:
    """Do a verb that a fault strikes; the error that it ends in, if it does."""
    profile = profile_of(*verb, 0)
    return run(_struck(verb, kind, moment, profile, folder))


async def _struck(verb: Verb, kind: str, moment: int, profile: Profile, folder: Path) -> SimcomError | None:
    service, family, name = verb
    scene = SCENES[service](family, name, Setting(Random(f"{verb}/{kind}/{moment}"), folder, LoopClock()))
    async with scene.played():
        await scene.ready()
        found = plan(kind, scene, profile, moment)
        for fault in found.faults:
            scene.virtual.faults.add(fault)
        try:
            await Stepped(scene.act(), found.at, found.strike)
        except SimcomError as error:
            return error
        return None


def explained(evidence: Evidence, file: Path) -> tuple[list[dict[str, object]], str]:
    """What ``simcom explain`` says of the saved evidence, and what was saved."""
    evidence.save(file)
    out = StringIO()
    with redirect_stdout(out):
        assert simcom(["explain", "--json", str(file)]) == 0
    return [json.loads(line) for line in out.getvalue().split("\n") if line], file.read_text("utf-8")


def check(error: SimcomError | None, folder: Path) -> bool:
    """Look at the evidence of an error; False: it is none that has some."""
    if not isinstance(error, TOLD):
        return False
    evidence = error.evidence
    if evidence is None:
        assert str(error) == "the virtual modem is unplugged", "there was no port to begin with"
        return True
    assert len(evidence.entries) <= ENTRIES
    assert sum(len(entry.data) for entry in evidence.entries) <= BYTES
    last = evidence.entries[evidence.command_at]
    assert last.dir == "tx"
    assert last.data[:2] == b"AT"
    lines = [entry.data.decode("latin-1").rstrip("\r") for entry in evidence.entries if entry.dir == "tx"]
    named = error.command if isinstance(error, CommandTimeout) and error.limit != "queue" else None
    assert named is None or named in lines
    rows, saved = explained(evidence, folder / "saved.jsonl")
    received = sum(len(entry.data) + entry.left_out for entry in evidence.entries if entry.dir == "rx")
    assert not rows or (isinstance(rows[-1]["end"], int) and rows[-1]["end"] <= received)
    kinds = {row["kind"] for row in rows if str(row.get("text")) in ("OK", "ERROR")}
    assert kinds <= {"final", "late"}
    shown = "".join([saved, str(evidence), repr(evidence), str(rows), str(error), repr(error.__dict__)])
    assert SECRET not in shown
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_the_error_of_a_verb_shows_what_led_to_it(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A sample, in which each service is at least once; most of the verbs that are struck end in an error."""
    chosen = VERBS[KINDS.index(kind) * 5 :: SAMPLE]
    if kind == "wrong-count":
        chosen = COUNTING
    told = 0
    for number, verb in enumerate(chosen):
        told += check(struck(verb, kind, number % 3, tmp_path_factory.mktemp("verb")), tmp_path_factory.mktemp("file"))
    assert told >= len(chosen) // 4


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", KINDS)
def test_the_error_of_every_verb_shows_what_led_to_it(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    for number, verb in enumerate(VERBS):
        check(struck(verb, kind, number % 5, tmp_path_factory.mktemp("verb")), tmp_path_factory.mktemp("file"))


# --- No secret is in it (law 10) -------------------------------------------------------------------------------------

WORD = "Tr0ub4dor&3"
PIN = "80317264"


@dataclass(frozen=True)
class Way:
    """A secret on its way: what is called, on which module, and the command line whose final result never comes."""

    name: str
    family: str
    command: str
    call: Callable[[Modem], Awaitable[object]]
    secret: str = WORD
    options: dict[str, object] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)


def _raw(*lines: str) -> Callable[[Modem], Awaitable[object]]:
    async def call(modem: Modem) -> None:
        for line in lines:
            await modem.at(line)

    return call


def _refused(line: str, behind: str) -> Callable[[Modem], Awaitable[object]]:
    async def call(modem: Modem) -> None:
        with pytest.raises(CommandFailed) as caught:
            await modem.at(line)
        assert WORD not in "".join(everything(caught.value))
        await modem.at(behind)

    return call


def _mail(modem: Modem) -> Awaitable[object]:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "x"
    message.set_content("21.5 C\n")
    return modem.smtp.send(message, hostname="127.0.0.1", port=1, username="user", password=WORD)


async def _box(modem: Modem) -> None:
    async with modem.pop3("127.0.0.1", "user", WORD, port=1):
        raise AssertionError("nobody is there")


def _files(*, tls: bool) -> Callable[[Modem], Awaitable[object]]:
    async def call(modem: Modem) -> None:
        async with modem.ftp("127.0.0.1", 1, user="user", password=WORD, tls=tls) as ftp:
            await ftp.download("/a", BytesIO())

    return call


async def _again(modem: Modem) -> None:
    """The bearer is opened before the fault comes, see ``_on_its_way``."""
    await modem.network.address()


def _up(modem: Modem) -> Awaitable[object]:
    return modem.network.up()


PPP = {"apn": "internet", "user": "user", "password": WORD}
WAYS = [
    Way(
        "declared",
        "sim800",
        "+CSTT",
        lambda modem: modem.send(AccessPoint(apn="a", user="u", password=SecretStr(WORD))),
    ),
    Way("raw", "sim800", "+CSTT", _raw(f'+CSTT="internet","user","{WORD}"')),
    Way("raw, of two", "sim800", "+CSQ;+CSTT", _raw(f'+CSQ;+CSTT="internet","user","{WORD}"')),
    Way("raw, refused", "sim800", "+NOPE", _raw(f'E0;+CSTT="internet","user","{WORD}";+NOPE=1')),
    Way("raw, of others", "sim800", "+CSQ", _raw(f'+CFTPSLOGIN="h",21,"u","{WORD}",1;+CSQ', "+CSQ")),
    Way("raw, undeclared", "sim800", "+CSQ", _raw(f'+CSQ;+CLCK="SC",1,"{WORD}";+CREG?')),
    Way("raw, undeclared, keyed", "sim7000", '"PASSWORD"', _raw(f'+smconf = "PASSWORD" , "{WORD}"')),
    Way("raw, undeclared, before", "sim7100", "+CSQ", _refused(f'+CGAUTH=1,1,"{WORD}","u"', "+CSQ")),
    Way("read back", "sim800", "+CSTT?", _raw(f'+CSTT="internet","user","{WORD}"', "+CSTT?")),
    Way("read back, declared", "sim800", "+SAPBR=4,1", _raw(f'+SAPBR=3,1,"PWD","{WORD}"', "+SAPBR=4,1")),
    Way("PIN", "sim800", "+CPIN=", _up, PIN, {"pin": PIN}, {"pin": PIN}),
    Way("raw PIN", "sim7100", "+CPIN=", _raw(f'+CPIN="{PIN}"'), PIN, {"pin": PIN}),
    Way("APN, +SAPBR", "sim800", "+SAPBR=1,1", _up, access=PPP),
    Way("APN, +SAPBR, its line", "sim900", '"PWD"', _up, access=PPP),
    Way("APN, behind it", "sim7000", "+SAPBR=2,1", _again, access=PPP),
    Way("raw, +CNCFG", "sim7000", "+CNCFG", _raw(f'+CNCFG=1,"internet","user","{WORD}",1')),
    Way("APN, +CSOCKAUTH", "sim7100", "+CSOCKAUTH", _up, access=PPP),
    Way("FTP", "sim800", "+FTPPW", _files(tls=False)),
    Way("FTP, behind it", "sim7000", "+FTPGET=1", _files(tls=False)),
    Way("CFTP", "sim7100", "+CFTPPW", _files(tls=False)),
    Way("FTPS", "sim7100", "+CFTPSLOGIN", _files(tls=True)),
    Way("SMTP", "sim800", "+SMTPAUTH", _mail),
    Way("SMTP, textual", "sim7100", "+SMTPAUTH", _mail),
    Way("POP3", "sim900", "+POP3SRV", _box),
    Way("POP3, textual", "sim7100", "+POP3SRV", _box),
]
WIRES: dict[str, Callable[[], list[Fault]]] = {
    "whole": list,
    "bytewise": lambda: [Split(size=1)],
    "in pieces": lambda: [Split(size=1, most=7)],
}


def everything(error: BaseException) -> Iterator[str]:
    """All that can be read of an error: attributes, texts, copies, what it came from."""
    yield "".join(format_exception(error))
    yield pickle.dumps(error).decode("latin-1")
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield f"{found} {found!r}"
        if isinstance(found, bytes):
            yield found.decode("latin-1")
        elif isinstance(found, tuple | list | set | frozenset):
            waiting += found
        elif isinstance(found, dict):
            waiting += [*found, *found.values()]
        elif isinstance(found, BaseException):
            waiting += [found.__dict__, found.args, found.__cause__, found.__context__]
        else:
            waiting += [getattr(found, name) for name in getattr(found, "__slots__", ())]


async def _on_its_way(way: Way, wire: str, echo: str) -> SimcomError:
    clock = LoopClock()
    async with (
        VirtualModem(way.family, clock=clock, urc_delay=0, **way.options) as virtual,  # type: ignore[arg-type]
        open_modem(virtual.port(), clock=clock, **{"apn": "internet", **way.access}) as modem,  # type: ignore[arg-type]
    ):
        if way.call is _again:
            await modem.network.up()
        if echo == "on":
            await modem.at("E1")
        for fault in (NoFinal(command=way.command), *WIRES[wire]()):
            virtual.faults.add(fault)
        with pytest.raises(TOLD) as caught:
            await way.call(modem)
        return caught.value


@pytest.mark.parametrize("echo", ["on", "off"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_no_secret_is_in_an_error_or_in_what_is_saved_of_it(
    way: Way, echo: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "simcom_async")
    for wire in WIRES if echo == "on" else ("whole",):
        error = run(_on_its_way(way, wire, echo))
        assert error.evidence is not None
        rows, saved = explained(error.evidence, tmp_path / "saved.jsonl")
        texts = [*everything(error), str(rows), saved, str(error.evidence), caplog.text]
        length = 7 if way.secret.isdigit() else 4  # so many digits in a row are in no time
        parts = [way.secret[at : at + length] for at in range(len(way.secret) - length + 1)]
        for part in parts:
            assert [text for text in texts if part in text] == [], (wire, part)
        assert any("****" in entry.data.decode("latin-1") for entry in error.evidence.entries), "it was on its way"
