"""Mails of many heads: folded and encoded, people of every script, addresses that are none, headers of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

from tests.mails.specimen import PEOPLE, Refusals, Row, Specimen, mail

__all__ = ["OWN", "PERSONS", "SUBJECTS"]

FROM, TO = PEOPLE
DATE = "Mon, 17 Aug 2009 14:09:27 +0800"
_RAW = "message Subject: a byte that was not decoded"
_INJECTED = "message Subject: control character 0x0D"


def subject(name: str, *lines: str | bytes, **said: Unpack[Refusals]) -> Specimen:
    """A mail with this subject, perhaps folded."""
    return mail(name, Row.SUBJECT, FROM, TO, *lines, **said)


def people(name: str, row: Row, *lines: str | bytes, **said: Unpack[Refusals]) -> Specimen:
    """A mail from and to these."""
    return mail(name, row, *lines, **said)


def own(name: str, *lines: str | bytes, header: str) -> Specimen:
    """A mail with headers of its own."""
    return mail(name, Row.OWN_HEADERS, *PEOPLE, *lines, refused=f"the module cannot carry the header {header}; ")


SUBJECTS = (
    subject("no subject", "Subject:"),
    subject("a subject in one word", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?="),
    subject(
        "a subject in words of several charsets",
        "Subject: =?iso-8859-1?Q?F=E4hre?= and\r\n =?koi8-r?B?8NLJ18XU?= =?gb2312?B?y67Ouw==?=",
    ),
    subject("a subject whose letter is cut between words", "Subject: =?utf-8?B?R3LD?=\r\n =?utf-8?B?vMOfZQ==?="),
    subject("a folded subject", "Subject: a subject that\r\n is folded\r\n\tover three lines"),
    subject("a subject in raw utf-8", "Subject: Störung 小明 😀"),
    subject("a subject of quotes and backslashes", 'Subject: "Pump \\3\\" is <off>; really, OK: {5}'),
    subject("a subject that looks like an encoded word", "Subject: =?utf-8?Q?=3D=3Futf-8=3FQ=3FA=3F=3D?="),
    subject("a subject of 480 characters", "Subject: " + "\r\n ".join(["subject " * 10] * 6).rstrip()),
    subject("a subject of final results", "Subject: OK\r\n ERROR\r\n +SMTPSEND: 1"),
    subject("subject: in small letters", "subject: small"),
    subject("a subject in Japanese", "Subject: =?ISO-2022-JP?B?GyRCN1lKcxsoQg==?="),
    subject("a subject in raw latin-1", b"Subject: F\xe4hre", refused=_RAW, whole=_RAW),
    subject(
        "a subject with an encoded line end",
        "Subject: =?utf-8?Q?x=0D=0ABcc:_y@example.com?=",
        refused=_INJECTED,
        whole=_INJECTED,
    ),
    subject(
        "two subjects", "Subject: a", "Subject: b", refused="Subject stands 2 times", whole="Subject stands 2 times"
    ),
    subject(
        "a subject that is too long",
        "Subject: " + "\r\n ".join(["word " * 14] * 20),
        refused="message Subject: ",
        whole="message Subject: ",
    ),
)

PERSONS = (
    people(
        "names of every script",
        Row.NAMES,
        "From: =?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <j@example.com>",
        "To: =?gb2312?B?0KHD9w==?= <x@example.com>, =?utf-8?B?0KjRg9GA0LA=?= <s@example.com>",
    ),
    people("names in raw utf-8", Row.NAMES, "From: Jörg <j@example.com>", 'To: "小明" <x@example.com>'),
    people(
        "quoted names",
        Row.NAMES,
        'From: "Doe, John (Jr.) @ work" <d@example.com>',
        'To: "O\'Neil \\"Bo\\" \\\\" <b@example.com>',
    ),
    people("an encoded name in quotes", Row.NAMES, 'From: "=?utf-8?Q?Zo=C3=AB?=" <z@example.com>', TO),
    people("comments", Row.NAMES, "From: alice@example.com (Alice)", "To: (first) bob@example.com (Bob)"),
    people("no names", Row.SENDER, "From: alice@example.com", "To: bob@example.com"),
    people(
        "addresses in angle brackets",
        Row.SENDER,
        "From: <alice@example.com>",
        "To: <bob@example.com>,<carol@example.com>",
    ),
    people(
        "a folded list of recipients",
        Row.RECIPIENTS,
        FROM,
        "To: Bob\r\n <bob@example.com>,\r\n\tCarol <carol@example.com>,\r\n dave@example.com",
    ),
    people(
        "To, Cc and Bcc, 5 each",
        Row.RECIPIENTS,
        FROM,
        *(
            f"{kind}: " + ", ".join(f"{kind}{n} <{kind.lower()}{n}@example.com>" for n in range(5))
            for kind in ("To", "Cc", "Bcc")
        ),
    ),
    people("Cc alone", Row.RECIPIENTS, FROM, "Cc: carol@example.com"),
    people("Bcc alone", Row.RECIPIENTS, FROM, "Bcc: secret@example.com"),
    people("To twice", Row.RECIPIENTS, FROM, "To: b1@example.com", "To: b2@example.com"),
    people("one recipient twice", Row.RECIPIENTS, FROM, "To: bob@example.com, Bob <bob@example.com>"),
    people(
        "6 recipients",
        Row.RECIPIENTS,
        FROM,
        "To: " + ", ".join(f"b{n}@example.com" for n in range(6)),
        refused="message To: 6 recipients",
        whole="message To: 6 recipients",
    ),
    people(
        "odd addresses",
        Row.ADDRESSES,
        "From: a+b.c-d_e!#$%&'*/=?^`{|}~@sub-1.example.com",
        "To: x@[127.0.0.1], y@localhost",
    ),
    people("an address of 90 characters", Row.ADDRESSES, FROM, f"To: {'b' * 78}@example.com"),
    people("an empty group", Row.GROUPS, FROM, "To: undisclosed-recipients:;", "Bcc: bob@example.com"),
    people(
        "a group with people in it",
        Row.GROUPS,
        FROM,
        "To: Team: bob@example.com, Carol <c@example.com>;",
        refused="the group 'Team' in To",
        whole="the group 'Team' in To",
    ),
    people(
        "two senders",
        Row.SENDER,
        "From: a@example.com, b@example.com",
        TO,
        refused="2 senders in From",
        whole="2 senders in From",
    ),
    people("no sender", Row.WRONG, TO, refused="0 senders in From", whole="0 senders in From"),
    people("no recipient", Row.WRONG, FROM, refused="no recipient", whole="no recipient"),
    people("no address", Row.WRONG, FROM, "To: bob", refused="message To", whole="message To"),
    people(
        "an address in quotes",
        Row.ADDRESSES,
        FROM,
        'To: "bob smith"@example.com',
        refused="is no address",
        whole="is no address",
    ),
    people(
        "an address that is not ASCII",
        Row.ADDRESSES,
        FROM,
        "To: jörg@example.com",
        refused="message To",
        whole="message To",
    ),
    people(
        "a name with an encoded line end",
        Row.WRONG,
        FROM,
        "To: =?utf-8?Q?Bob=0D=0ABcc:_x?= <bob@example.com>",
        refused="message To",
        whole="message To",
    ),
    people(
        "a name that is too long",
        Row.NAMES,
        f"From: =?utf-8?B?{'w7bDtsO2' * 40}?= <a@example.com>",
        TO,
        refused="message From: ",
        whole="message From: ",
    ),
)

OWN = (
    mail(
        "Date and Message-ID",
        Row.WRITTEN_ANEW,
        *PEOPLE,
        f"Date: {DATE}",
        "Message-ID: <1@example.com>",
    ),
    own("Reply-To", "Reply-To: c@example.com", header="Reply-To"),
    own(
        "an answer",
        "In-Reply-To: <1@example.com>",
        "References: <0@example.com>\r\n <1@example.com>",
        header="In-Reply-To",
    ),
    own(
        "a mailing list",
        "List-Id: <pumps.example.com>",
        "List-Unsubscribe: <mailto:off@example.com>",
        "Precedence: list",
        header="List-Id",
    ),
    own(
        "a way through servers",
        "Return-Path: <alice@example.com>",
        *(
            f"Received: from mx{n}.example.com ([192.0.2.{n}])\r\n\tby mx.example.com with ESMTPS id {n};\r\n\t{DATE}"
            for n in range(5)
        ),
        header="Return-Path",
    ),
    own(
        "a signed head",
        "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=1;\r\n\th=from:to; bh=AAAA=;\r\n\tb=BBBB",
        "X-Spam-Status: No",
        header="DKIM-Signature",
    ),
    own("priority", "X-Priority: 1 (Highest)", "Importance: high", header="X-Priority"),
    own("a header of 5,000 characters in one line", "X-Long: " + "x" * 5_000, header="X-Long"),
    replace(own("a header without a value", "X-Empty:", header="X-Empty"), rewritten=True),
    own("a header of final results", "X-Words: OK\r\n ERROR\r\n +POP3READ: 1,5", header="X-Words"),
    own("a header in raw latin-1", b"X-Raw: F\xe4hre \xff", header="X-Raw"),
    own("200 headers", *(f"X-Number-{n}: {n}" for n in range(200)), header="X-Number-0"),
)
