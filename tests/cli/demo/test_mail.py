"""Each step notices when what it shows is not so: the servers keep, or give, something else, or refuse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage

import pytest

from simcom_async.cli.demo.mail import STEPS, pop3_server, smtp_server
from simcom_async.cli.demo.stage import Stage, Step
from simcom_async.sites import MailFault, Pop3Site, SmtpSite
from simcom_async.sites.pop3 import StoredMail
from simcom_async.sites.smtp import ReceivedMail

CASES = [(dialect, step) for dialect, steps in STEPS.items() for step in steps]
SENT = [(dialect, step) for dialect, step in CASES if smtp_server in step.sites]
READ = [(dialect, step) for dialect, step in CASES if pop3_server in step.sites]
FILES = [(dialect, step) for dialect, step in CASES if not step.sites]
#: There are no bytes of which it could be told how far they have come.
SILENT = ("list and delete", "rename and remove")


def names(cases: list[tuple[str, Step]]) -> list[str]:
    return [f"{dialect} {step.name}" for dialect, step in cases]


class LyingBox(Pop3Site):
    """A mailbox with another mail than it was given, word for word."""

    def publish(self, mail: bytes | EmailMessage, uid: str | None = None) -> StoredMail:
        content = mail if isinstance(mail, bytes) else mail.as_bytes()
        return super().publish(content.replace(b"x", b"y").replace(b"\r\nOK\r\n", b"\r\nKO\r\n") + b"more\r\n", uid)


class LyingServer(SmtpSite):
    """A server that takes one mail for another."""

    def __init__(self, old: bytes, new: bytes) -> None:
        honest = smtp_server()
        super().__init__(users=honest.users, auth_required=True)
        self.old, self.new = old, new

    def take(self, mail: ReceivedMail) -> None:
        assert self.old in mail.content
        super().take(replace(mail, content=mail.content.replace(self.old, self.new, 1)))


class ForgetfulServer(LyingServer):
    """A server that loses a recipient."""

    def take(self, mail: ReceivedMail) -> None:
        super().take(replace(mail, recipients=mail.recipients[1:]))


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with Stage(request.param, [smtp_server, pop3_server]) as set_up:
        yield set_up


def silent(done: int, total: int | None) -> None:
    """Nobody listens."""


@pytest.mark.parametrize(("stage", "step"), CASES, indirect=["stage"], ids=names(CASES))
async def test_it_succeeds(stage: Stage, step: Step) -> None:
    told: list[tuple[int, int | None]] = []
    row = await step.perform(stage, lambda done, total: told.append((done, total)))
    assert row.verified, row.complaint
    assert bool(told) is not any(name in step.name for name in SILENT)
    assert all(total is None or done <= total for done, total in told)


@pytest.mark.parametrize(("dialect", "step"), READ, ids=names(READ))
async def test_it_notices_another_mail_in_the_box(dialect: str, step: Step) -> None:
    def lying() -> LyingBox:
        return LyingBox(users=pop3_server().users)

    stage = Stage(dialect, [smtp_server, lying])
    async with stage:
        stage._sites[pop3_server] = stage.site(lying)
        row = await step.perform(stage, silent)
    assert not row.verified


@pytest.mark.parametrize(
    ("server", "part"),
    [
        (LyingServer(b"ops@example.com", b"cops@example.com"), "Cc: not as it was sent"),
        (LyingServer(b"shura@", b"sura@"), "To: not as it was sent"),
        (LyingServer(b"Subject: ", b"Subject: Re: "), "Subject: not as it was sent"),
        (LyingServer(b'filename="log.txt"', b'filename="gol.txt"'), "log.txt, gol.txt: not as it was sent"),
        (ForgetfulServer(b"", b""), "recipients: not as it was sent"),
    ],
)
async def test_it_names_the_part_that_is_another(server: LyingServer, part: str) -> None:
    stage = Stage("sim7100", [lambda: server, pop3_server])
    async with stage:
        stage._sites[smtp_server] = server
        row = await STEPS["sim7100"][0].perform(stage, silent)
    assert row.complaint == part


@pytest.mark.parametrize(("stage", "step"), READ, indirect=["stage"], ids=names(READ))
async def test_it_notices_a_mailbox_that_refuses(stage: Stage, step: Step) -> None:
    stage.site(pop3_server).faults.append(MailFault(command="PASS", reply="-ERR no"))
    row = await step.perform(stage, silent)
    assert not row.verified
    assert "login: " in row.complaint


@pytest.mark.parametrize(("stage", "step"), SENT, indirect=["stage"], ids=names(SENT))
async def test_it_notices_a_server_that_refuses(stage: Stage, step: Step) -> None:
    stage.site(smtp_server).faults.append(MailFault(command="DATA", reply="554 no"))
    row = await step.perform(stage, silent)
    assert not row.verified
    assert "mail to john@example.com" in row.complaint


@pytest.mark.parametrize(("stage", "step"), FILES, indirect=["stage"], ids=names(FILES))
async def test_it_notices_a_module_that_refuses(stage: Stage, step: Step) -> None:
    for name in ("demo.bin", "Demo 小明"):
        stage.virtual.file_system.make_folder(f"C:/{name}")
    row = await step.perform(stage, silent)
    assert not row.verified
