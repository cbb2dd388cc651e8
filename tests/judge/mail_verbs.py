"""The verbs of the SIM900's bearer and e-mail examples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from email.message import EmailMessage
from typing import Any

import pytest

from simcom_async.commands.topics import BearerLost
from simcom_async.errors import Pop3Error, SmtpError
from simcom_async.modem import Modem
from simcom_async.sessions.pop3 import Pop3Session
from tests.judge.http_verbs import bearer
from tests.judge.mail_needs import Pop3Peer, SmtpPeer
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Transcript
from tests.judge.verb import Verb

__all__ = ["NO_VERB", "VERBS"]

#: A session says of a mail what the examples leave as it is when the module starts, takes the password back, and logs
#: out at the end. An example sets the patience with the server twice.
ALSO = r'AT\+SMTP(AUTH=0|RCPT=[012]|CS="ASCII"|FILE=0)|AT\+POP3OUT'
PIECES = r"(?<=AT\+EMAILTO=)\d+|(?<=AT\+POP3READ)=\d+"


def letter(transcript: Transcript) -> EmailMessage:
    """The mail of the example."""
    values = transcript.variables
    mail = EmailMessage()
    mail["From"] = f"{values['from_name']} <{values['from_addr']}>"
    for header in ("To", "Cc", "Bcc"):
        mail[header] = f"{values['rcpt_name']} <{values['rcpt_addr']}>"
    mail["Subject"] = values["subject"]
    mail.set_content(values["body"])
    return mail


def send(code: int = 1, **options: Any) -> Verb:
    """The mail goes out; or the module says why not."""

    async def act(modem: Modem, around: Surroundings) -> None:
        values = around.transcript.variables
        sending = modem.smtp.send(
            letter(around.transcript),
            hostname=values["smtp_host"],
            port=int(values["smtp_port"]),
            username=values["smtp_user"],
            password=values["smtp_password"],
        )
        if code == 1:
            assert set((await sending).accepted) == {values["rcpt_addr"]}
            peer = around.peer(SmtpPeer)
            assert peer is not None
            assert len(peer.site.mails) == 1
            return
        with pytest.raises(SmtpError) as raised:
            await sending
        assert raised.value.code == code

    return Verb(act=act, also=ALSO, pieces=PIECES, options=options)


def box(work: Callable[[Pop3Session, Pop3Peer], Awaitable[None]]) -> Verb:
    """Work with the mailbox of the example."""

    async def act(modem: Modem, around: Surroundings) -> None:
        values, peer = around.transcript.variables, around.peer(Pop3Peer)
        assert peer is not None
        user, password, port = values["pop3_user"], values["pop3_password"], int(values["pop3_port"])
        async with modem.pop3(values["pop3_host"], user, password, port=port) as session:
            await work(session, peer)

    return Verb(act=act, also=ALSO, pieces=PIECES)


def refused(code: int, password: str | None = None) -> Verb:
    """There is no mailbox to work with."""

    async def act(modem: Modem, around: Surroundings) -> None:
        values = around.transcript.variables
        secret, port = password or values["pop3_password"], int(values["pop3_port"])
        with pytest.raises(Pop3Error) as raised:
            async with modem.pop3(values["pop3_host"], values["pop3_user"], secret, port=port):
                raise AssertionError("logged in")
        assert raised.value.code == code

    return Verb(act=act, also=ALSO, pieces=PIECES)


async def released(modem: Modem, around: Surroundings) -> None:
    """The network releases the bearer."""
    lost: list[BearerLost] = []
    with modem.on(BearerLost, lost.append):
        await modem.network.up()
        if not lost:
            await modem.wait_for(BearerLost, timeout=5)
    assert [event.cid for event in lost] == [1]


async def retrieve(session: Pop3Session, peer: Pop3Peer) -> None:
    """How many mails, of which size, and all of the first."""
    assert await session.stat() == (2, sum(mail.size for mail in peer.mails))
    sizes: list[int | None] = []
    stream = session.open(1, progress=lambda done, total: sizes.append(total))
    assert await stream.read() == peer.mails[0].content
    assert set(sizes) == {peer.mails[0].size}


async def delete(session: Pop3Session, peer: Pop3Peer) -> None:
    """The first mail is marked."""
    assert (await session.stat()).mails == 2
    await session.delete(1)


async def unmark(session: Pop3Session, peer: Pop3Peer) -> None:
    """The mark is taken back."""
    await session.delete(1)
    await session.reset()
    assert await session.stat() == (1, peer.mails[0].size)


async def look(session: Pop3Session, peer: Pop3Peer) -> None:
    """Sizes, ids and a header."""
    mail = peer.mails[0]
    assert await session.list() == [(1, mail.size)]
    assert await session.uidl() == [(1, mail.uid)]
    assert (await session.headers(1))["Subject"] == "Test"


VERBS: Mapping[str, Verb] = {
    "sim900-bearer-profile": Verb(act=bearer),
    "sim900-bearer-deact": Verb(act=released, options={"bearer_lifetime": 0.05}),
    "sim900-smtp-send": send(),
    "sim900-smtp-authfailed": send(67),
    "sim900-smtp-badrecipient": send(68),
    "sim900-smtp-connectfailed": send(63),
    "sim900-smtp-timeout": send(64, network_timeout=1),
    "sim900-pop3-retrieve": box(retrieve),
    "sim900-pop3-delete": box(delete),
    "sim900-pop3-rset": box(unmark),
    "sim900-pop3-cmd-forms": box(look),
    "sim900-pop3-badpassword": refused(68, "wrong"),
    "sim900-pop3-connectfailed": refused(63),
}
NO_VERB = frozenset(
    {
        # what a session never does: ask for what it has set itself, wrong values, commands in the wrong state
        *("sim900-email-forms", "sim900-smtp-forms", "sim900-pop3-forms", "sim900-smtp-rcpt-clear"),
        *("sim900-smtp-file-rules", "sim900-smtp-ft-wrongstate", "sim900-pop3-notloggedin", "sim900-pop3-read-busy"),
        # what it does in another way: plain text goes as ASCII, every attachment in base64, ids are asked for all at
        # once, and one mail is asked for by its number only to read it or to mark it
        *("sim900-smtp-utf8", "sim900-smtp-attachment", "sim900-pop3-uidl", "sim900-pop3-negative"),
        # what cancelling does (tests of the link)
        "sim900-smtp-body-esc",
    }
)
