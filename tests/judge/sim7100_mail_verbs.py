"""The verbs of the SIM7100's e-mail examples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from email.message import EmailMessage

import pytest

from simcom_async.errors import Pop3Error, SmtpError
from simcom_async.modem import Modem
from simcom_async.sessions.pop3 import Pop3Session
from tests.judge.sim7100_mail_needs import Pop3Peer, SmtpPeer
from tests.judge.surroundings import Surroundings
from tests.judge.verb import Verb

__all__ = ["NO_VERB", "VERBS"]

#: What brings the context of the services up, and asks whether it is.
CONTEXT = r"AT\+(CGSOCKCONT|CSOCKSETPN|CGPADDR|CGACT|CSOCKAUTH|CGATT|CATR|CNMP|CPSI)[=?].*"
#: A session says of a mail what the examples leave as it is when the module starts, and enters the body at the prompt;
#: it lets the module forget the password. Where no mail was marked it leaves by force, where one was it logs out.
ALSO_SMTP = rf'{CONTEXT}|AT\+SMTP(AUTH=0|RCPT|BCH="utf-8"|FILE|BODY)'
ALSO_POP3 = rf"{CONTEXT}|AT\+POP3OUT|AT\+POP3STOP|AT\+POP3DEL=1"
#: What is entered at the prompt stands in quotes in the examples, which also ask what is set, and what is going on.
SPARE = r'AT\+SMTPBODY=".*"|AT\+SMTP(SEND|SUB|AUTH)\?'
#: The settings of a mail stand in no order that would mean anything.
SETTINGS = r"AT\+SMTP(SRV|AUTH|FROM|RCPT|SUB)="


def letter(around: Surroundings) -> EmailMessage:
    """The mail of the example."""
    values = around.transcript.variables
    mail = EmailMessage()
    mail["From"] = f"{values['from_name']} <{values['from_addr']}>"
    mail["To"] = f"{values['to_name']} <{values['to_addr']}>"
    mail["Subject"] = values["subject"]
    mail.set_content(values["body"])
    return mail


def send(code: str = "SUCCESS") -> Verb:
    """The mail goes out; or the module says why not."""

    async def act(modem: Modem, around: Surroundings) -> None:
        values = around.transcript.variables
        account = {name: values.get(f"smtp_{key}") for name, key in (("username", "user"), ("password", "password"))}
        sending = modem.smtp.send(
            letter(around), hostname=values["smtp_host"], port=int(values["smtp_port"]), **account
        )
        if code == "SUCCESS":
            assert set((await sending).accepted) == {values["to_addr"]}
            peer = around.peer(SmtpPeer)
            assert peer is not None
            assert len(peer.site.mails) == 1
            return
        with pytest.raises(SmtpError) as raised:
            await sending
        assert raised.value.code == code

    return Verb(act=act, also=ALSO_SMTP, settings=SETTINGS, spare=SPARE)


def box(work: Callable[[Pop3Session, Pop3Peer], Awaitable[None]]) -> Verb:
    """Work with the mailbox of the example."""

    async def act(modem: Modem, around: Surroundings) -> None:
        values, peer = around.transcript.variables, around.peer(Pop3Peer)
        assert peer is not None
        user, password, port = values["pop3_user"], values["pop3_password"], int(values["pop3_port"])
        async with modem.pop3(values["pop3_host"], user, password, port=port) as session:
            await work(session, peer)

    return Verb(act=act, also=ALSO_POP3, spare=r"AT\+POP3[A-Z0-9]+=\?")


def refused(code: str) -> Verb:
    """There is no mailbox to work with."""

    async def act(modem: Modem, around: Surroundings) -> None:
        values = around.transcript.variables
        user, password, port = values["pop3_user"], values["pop3_password"], int(values["pop3_port"])
        with pytest.raises(Pop3Error) as raised:
            async with modem.pop3(values["pop3_host"], user, password, port=port):
                raise AssertionError("logged in")
        assert raised.value.code == code

    return Verb(act=act, also=ALSO_POP3)


async def nothing(session: Pop3Session, peer: Pop3Peer) -> None:
    """Only in and out."""


async def delete(session: Pop3Session, peer: Pop3Peer) -> None:
    """The mail is marked."""
    await session.delete(1)


async def bad_delete(session: Pop3Session, peer: Pop3Peer) -> None:
    """There is no such mail."""
    with pytest.raises(Pop3Error) as raised:
        await session.delete(9)
    assert raised.value.code == "SERVER ERROR"


async def head(session: Pop3Session, peer: Pop3Peer) -> None:
    """Sender, date and subject."""
    values, found = peer.transcript.variables, await session.headers(1)
    assert str(found["From"]) == f"{values['from_name']} <{values['from_addr']}>"
    assert (found["Date"], found["Subject"]) == (values["date"], values["subject"])


VERBS: Mapping[str, Verb] = {
    "sim7100-smtp-smtpsend": send(),
    "sim7100-smtp-smtpsend-autherror": send("AUTH ERROR"),
    "sim7100-smtp-smtpsend-networkerror": send("NETWORK ERROR"),
    "sim7100-pop3-pop3in": box(nothing),
    "sim7100-pop3-pop3in-badpassword": refused("INVALID UN/PWD"),
    "sim7100-pop3-pop3in-baduser": refused("INVALID UN"),
    "sim7100-pop3-pop3out": box(delete),
    "sim7100-pop3-pop3hdr": box(head),
    "sim7100-pop3-pop3del": box(delete),
    "sim7100-pop3-pop3del-badid": box(bad_delete),
}
NO_VERB = frozenset(
    {
        # what a session never does: ask for what it has set itself, wrong values, commands in the wrong state
        *(f"sim7100-smtp-{name}" for name in ("clearforms", "smtpauth", "smtpbch", "smtpbody", "smtpfrom", "smtprcpt")),
        *(f"sim7100-smtp-{name}" for name in ("smtprcpt-clear", "smtpsrv", "smtpsub", "smtpstop-idle", "testforms")),
        *("sim7100-smtp-smtpsend-paramerror", "sim7100-smtp-smtpsend-ongoing", "sim7100-smtp-smtpsend-clears"),
        *("sim7100-smtp-smtpfile-twice", "sim7100-smtp-smtpfile-oversize"),
        *(f"sim7100-pop3-{name}" for name in ("pop3srv", "pop3in-state", "pop3stop-idle", "testforms")),
        *("sim7100-pop3-pop3num-ongoing", "sim7100-pop3-pop3num", "sim7100-pop3-pop3stop-keeps"),
        # what it does in another way: a body goes in as bytes, attachments lie in a folder of their own, a mail is
        # fetched as a whole and its file read in packets
        *("sim7100-smtp-smtpbody-backspace", "sim7100-smtp-smtpfile", "sim7100-pop3-pop3get", "sim7100-pop3-pop3read"),
        *("sim7100-pop3-pop3list", "sim7100-pop3-pop3list-badid"),
        # what cancelling does (tests of the link)
        *("sim7100-smtp-smtpbody-esc", "sim7100-smtp-smtpstop", "sim7100-pop3-pop3stop"),
    }
)
