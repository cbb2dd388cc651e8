from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from simcom_async.cli import mail
from simcom_async.sites.mail_policy import MailFault
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.sites.route import ServerFault
from simcom_async.sites.smtp import SmtpSite
from tests.cli.conftest import Simcom

PASSWORD = "s3cr3t-Pa55word"
PORTS = ["virtual:sim900?urc_delay=0", "virtual:sim7100?urc_delay=0"]


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMCOM_MAIL_PASSWORD", PASSWORD)


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpSite]:
    async with SmtpSite(users={"joe": PASSWORD}) as site:
        yield site


@pytest.fixture
async def pop3() -> AsyncIterator[Pop3Site]:
    async with Pop3Site(users={"joe": PASSWORD}) as site:
        yield site


def letter(text: str, **files: bytes) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ann <a@x.y>", "b@x.y", "Größe"
    message["Date"] = "Mon, 17 Aug 2009 14:09:27 +0800"
    message.set_content(text)
    for name, data in files.items():
        message.add_attachment(data, maintype="application", subtype="x", filename=name.replace("_", "."))
    return message


def words(verb: str, port: str, site: SmtpSite | Pop3Site, *more: str) -> tuple[str, ...]:
    return ("mail", verb, "--port", port, "--apn", "internet", "--server", f"{site.host}:{site.port}", *more)


@pytest.mark.parametrize("port", PORTS)
async def test_send(simcom: Simcom, smtp: SmtpSite, port: str, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_bytes(b"21.5 C\r\n")
    people = ("--from", "Pump 7 <p@x.y>", "--cc", "c@x.y", "--bcc", "h@x.y", "b@x.y", "Dora <d@x.y>")
    more = ("--user", "joe", "--subject", "Größe", "--attach", str(tmp_path / "log.txt"), "--json", *people)
    shown = await simcom(*words("send", port, smtp, *more), stdin="Zu heiß.\n".encode())
    assert shown.status == 0, shown.errors
    assert shown.json == {
        "sender": "p@x.y",
        "accepted": ["b@x.y", "d@x.y", "c@x.y", "h@x.y"],
        "attachments": ["log.txt"],
        "whole": False,
    }
    (mail,) = smtp.mails
    assert (mail.sender, mail.user, mail.message["Subject"]) == ("p@x.y", "joe", "Größe")
    body = mail.message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Zu heiß."
    assert [part.get_payload(decode=True) for part in mail.message.iter_attachments()] == [b"21.5 C\r\n"]
    assert PASSWORD not in shown.text + shown.errors


async def test_send_with_a_text_and_without_an_account(simcom: Simcom, smtp: SmtpSite) -> None:
    shown = await simcom(*words("send", PORTS[0], smtp, "--from", "a@x.y", "--text", "short", "b@x.y"))
    assert (shown.status, shown.data) == (0, b"")
    assert shown.errors.endswith("sent to b@x.y\n")
    assert smtp.mails[0].message.get_content().strip() == "short"


async def test_what_the_module_cannot_write_goes_whole_when_it_may(
    simcom: Simcom, smtp: SmtpSite, tmp_path: Path
) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(b"x")
    files = ("--attach", str(tmp_path / "a"), "--attach", str(tmp_path / "b"))
    call = words("send", PORTS[0], smtp, "--from", "a@x.y", "--text", "t", *files, "b@x.y")
    shown = await simcom(*call)
    assert (shown.status, len(smtp.mails)) == (2, 0)
    assert "2 attachments in one mail, it has room for one" in shown.errors
    shown = await simcom(*call, "--whole", "--json")
    assert (shown.status, shown.json["whole"], len(smtp.mails)) == (0, True, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--from", "nobody", "b@x.y"),
        ("--from", "a@x.y"),
        ("--from", "a@x.y", "--subject", "a\nBcc: c@x.y", "b@x.y"),
        ("--from", "a@x.y", "--attach", "/nowhere/at/all", "b@x.y"),
        ("--from", "a@x.y", "--server", "h:x", "b@x.y"),
        ("--from", "a@x.y", "--server", "h:" + "9" * 5_000, "b@x.y"),
        ("b@x.y",),
    ],
)
async def test_wrong_use_sends_nothing(simcom: Simcom, smtp: SmtpSite, wrong: tuple[str, ...]) -> None:
    shown = await simcom(*words("send", PORTS[0], smtp, "--text", "t", *wrong))
    assert (shown.status, smtp.mails) == (2, [])


async def test_a_refusal_and_an_unknown_outcome(simcom: Simcom, smtp: SmtpSite) -> None:
    call = words("send", PORTS[0], smtp, "--from", "a@x.y", "--text", "t", "b@x.y")
    smtp.faults.append(MailFault(command="RCPT", reply="550 no such user", times=1))
    shown = await simcom(*call)
    assert shown.status == 1
    assert "68, the server refused a recipient" in shown.errors
    smtp.faults.append(MailFault(command=".", fault=ServerFault.CLOSE, done=True, times=1))
    shown = await simcom(*call)
    assert shown.status == 1
    assert "look before it is sent again" in shown.errors
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("port", PORTS)
async def test_list(simcom: Simcom, pop3: Pop3Site, port: str) -> None:
    stored = [pop3.publish(letter("one\n")), pop3.publish(letter("two\n"))]
    shown = await simcom(*words("list", port, pop3, "--user", "joe", "--json"))
    assert shown.status == 0, shown.errors
    assert shown.json == [
        {
            "number": number,
            "size": one.size,
            "date": "Mon, 17 Aug 2009 14:09:27 +0800",
            "from": "Ann <a@x.y>",
            "subject": "Größe",
        }
        for number, one in enumerate(stored, 1)
    ]
    table = (await simcom(*words("list", port, pop3, "--user", "joe"))).text.splitlines()
    assert table[0].split() == ["number", "size", "date", "from", "subject"]
    assert len(table) == 3


async def test_an_empty_list(simcom: Simcom, pop3: Pop3Site) -> None:
    assert (await simcom(*words("list", PORTS[0], pop3, "--user", "joe"))).data == b""
    assert (await simcom(*words("list", PORTS[0], pop3, "--user", "joe", "--json"))).json == []


@pytest.mark.parametrize("port", PORTS)
async def test_read(simcom: Simcom, pop3: Pop3Site, port: str, tmp_path: Path) -> None:
    stored = pop3.publish(letter("Grüße\n", log_txt=b"a", other_bin=bytes(range(256))))
    call = words("read", port, pop3, "--user", "joe", "1")
    assert (await simcom(*call)).text.splitlines() == ["Grüße"]
    assert (await simcom(*call, "--source")).data == stored.content
    shown = await simcom(*call, "--source", "-o", str(tmp_path / "mail.eml"))
    assert (shown.data, (tmp_path / "mail.eml").read_bytes()) == (b"", stored.content)
    (tmp_path / "log.txt").write_bytes(b"mine")
    shown = await simcom(*call, "--json", "--save", str(tmp_path))
    assert shown.json["subject"] == "Größe"
    assert shown.json["saved"] == [str(tmp_path / "log-1.txt"), str(tmp_path / "other.bin")]
    assert (tmp_path / "log.txt").read_bytes() == b"mine"
    assert (tmp_path / "other.bin").read_bytes() == bytes(range(256))
    assert pop3.deleted == []


@pytest.mark.parametrize("name", ["../../evil", "C:\\Windows\\evil", "/etc/evil", ".evil", "a/../evil"])
async def test_attachments_stay_in_their_directory(simcom: Simcom, pop3: Pop3Site, tmp_path: Path, name: str) -> None:
    message = letter("x\n")
    message.add_attachment(b"evil", maintype="a", subtype="b", filename=name)
    pop3.publish(message)
    (tmp_path / "in").mkdir()
    shown = await simcom(*words("read", PORTS[0], pop3, "--user", "joe", "1", "--save", str(tmp_path / "in"), "--json"))
    assert shown.json["saved"] == [str(tmp_path / "in" / "evil")]


async def test_delete_all_or_nothing(simcom: Simcom, pop3: Pop3Site) -> None:
    stored = [pop3.publish(letter(f"{number}\n")) for number in range(3)]
    shown = await simcom(*words("delete", PORTS[0], pop3, "--user", "joe", "1", "9"))
    assert (shown.status, pop3.deleted) == (1, [])
    shown = await simcom(*words("delete", PORTS[0], pop3, "--user", "joe", "1", "3"))
    assert (shown.status, shown.errors.splitlines()[-1]) == (0, "deleted 1, 3")
    assert pop3.deleted == [stored[0], stored[2]]


async def test_a_wrong_password_is_said_and_not_shown(
    simcom: Simcom, pop3: Pop3Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMCOM_MAIL_PASSWORD", "wr0ng")
    shown = await simcom(*words("list", PORTS[0], pop3, "--user", "joe", "-vv"))
    assert shown.status == 1
    assert "the server refused user name or password" in shown.errors
    assert "wr0ng" not in shown.errors


async def test_a_password_is_not_awaited_from_a_pipe(
    simcom: Simcom, pop3: Pop3Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIMCOM_MAIL_PASSWORD")
    shown = await simcom(*words("list", PORTS[0], pop3, "--user", "joe"))
    assert shown.status == 2
    assert shown.errors.endswith("the password of joe is missing: set SIMCOM_MAIL_PASSWORD\n")


async def test_whose_mailbox(simcom: Simcom, pop3: Pop3Site) -> None:
    shown = await simcom(*words("list", PORTS[0], pop3))
    assert shown.status == 2
    assert shown.errors.endswith("whose mailbox? give --user\n")


def test_every_verb_has_an_example() -> None:
    assert all("simcom mail" in (verb.help or "") for verb in mail.command.commands.values())
