"""How the forms of the SIM7100's e-mail are tried: at servers that take a mail, and that have one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.judge.case import TYPED, Case, Dialogue, Line, Values

__all__ = ["CASES", "NEEDS", "SAMPLES"]

HOST = "smtp.server.com"
SRV, AUTH = f'AT+SMTPSRV="{HOST}",25', 'AT+SMTPAUTH=1,"user","password"'
FROM, RCPT = 'AT+SMTPFROM="a@server.com","a"', 'AT+SMTPRCPT=0,0,"b@server.com","b"'
MAIL = (SRV, FROM, RCPT, 'AT+SMTPSUB="Test"', 'AT+SMTPBODY="Test"')
SENDING = Dialogue("AT+SMTPSEND", ("+SMTP: OK", "OK"))
FILE = 'AT+SMTPFILE=1,"file1.txt"'
HOLDS = {"behaviour": "greets, then holds the dialogue"}
BOX = 'AT+POP3SRV="pop3.server.com","user","password",110'
DONE = ("+POP3: SUCCESS", "OK")
FOLDER = "090901120000"
LOGGED_IN: tuple[Line, ...] = (BOX, Dialogue("AT+POP3IN", DONE))
SIZE, DATE = "600", "Mon, 17 Aug 2009 14:09:27 +0800"
MAIL_TEXT = ("<mail raw bytes>", "OK")
_SMTP_SERVER = {"kind": "smtp-server", "host": HOST, "port": 25, "auth": "none"}
_FILE = {"kind": "module-file", "path": "D:/file1.txt", "size": 100}


def _said(line: str, *answer: str, before: tuple[Line, ...] = ()) -> list[Case]:
    """A form of which the inventory has the lines in another notation."""
    return [Case(line=line, answer=(*answer, "OK"), before=before)]


def _fetched(drive: str = "C") -> tuple[Line, ...]:
    """A mail was fetched at noon."""
    saved = ("+POP3: SUCCESS", f"{drive}:/Email/{FOLDER}/, EMAIL000.TXT")
    return ('AT+CCLK="09/09/01,12:00:00+00"', *LOGGED_IN, Dialogue("AT+POP3GET=1", later=saved))


def _question(values: Values | None = None) -> list[Case]:
    """What is asked of the server while the module is logged in."""
    return [Case(values or {}, LOGGED_IN, outcome="success")]


SMTP: Mapping[tuple[str, str], Sequence[Case]] = {
    **{(f"SMTP{name}", "test"): [Case()] for name in ("SRV", "AUTH", "FROM", "RCPT", "SUB", "BODY", "BCH", "FILE")},
    **{(f"SMTP{name}", "test"): [Case()] for name in ("SEND", "STOP")},
    ("SMTPSRV", "read"): [Case(before=(SRV,))],
    ("SMTPSRV", "write"): [Case({"server": HOST, "port": "25"}), Case({"server": HOST})],
    ("SMTPSRV", "execute"): [Case(before=(SRV,))],
    ("SMTPAUTH", "read"): [Case(before=(AUTH,))],
    ("SMTPAUTH", "write"): [Case({"flag": "1", "user": "user", "pwd": "password"}), Case({"flag": "0"})],
    ("SMTPAUTH", "execute"): [Case(before=(AUTH,))],
    ("SMTPFROM", "read"): [Case(before=(FROM,))],
    ("SMTPFROM", "write"): [Case({"saddr": "a@server.com", "sname": "a"}), Case({"saddr": "a@server.com"})],
    ("SMTPFROM", "execute"): [Case(before=(FROM,))],
    ("SMTPRCPT", "read"): _said("AT+SMTPRCPT?", '+SMTPRCPT: 0, 0, "b@server.com", "b"', before=(RCPT,)),
    ("SMTPRCPT", "write"): [
        *(Case({"kind": kind, "index": "0", "raddr": "b@server.com", "rname": "b"}) for kind in "012"),
        Case({"kind": "0", "index": "0", "raddr": "b@server.com"}),
        Case({"kind": "0", "index": "0"}, (RCPT,)),
        Case({"kind": "0"}, (RCPT,)),
    ],
    ("SMTPRCPT", "execute"): [Case(before=(RCPT,))],
    ("SMTPSUB", "read"): [Case(before=('AT+SMTPSUB="Test"',))],
    ("SMTPSUB", "write"): [Case({"subject": "Test"})],
    ("SMTPSUB", "execute"): [Case(before=('AT+SMTPSUB="Test"',))],
    ("SMTPBODY", "read"): [Case(before=('AT+SMTPBODY="Test"',))],
    ("SMTPBODY", "write"): [Case({"body": "Test"})],
    ("SMTPBODY", "execute"): [Case(line="AT+SMTPBODY", answer=(">>", TYPED, "OK"))],
    ("SMTPBCH", "read"): [Case()],
    ("SMTPBCH", "write"): [Case({"charset": "gb2312"})],
    ("SMTPBCH", "execute"): [Case()],
    ("SMTPFILE", "read"): _said("AT+SMTPFILE?", '+SMTPFILE: 1, "D:/file1.txt", 100', before=(FILE,)),
    ("SMTPFILE", "write"): [
        Case({"index": "1", "filename": "file1.txt"}, outcome="success"),
        Case({"index": "1"}, (FILE,), outcome="success"),
    ],
    ("SMTPFILE", "execute"): [Case(before=(FILE,))],
    ("SMTPSEND", "read"): [Case()],
    ("SMTPSEND", "execute"): [Case(before=MAIL, outcome="session accepted")],
    ("SMTPSTOP", "execute"): [
        # the document does not say how the mail ends then; the SIM5320 AT manual does
        Case(before=(*MAIL, SENDING), later=("[+SMTP: USER CANCEL]",), needs=({**_SMTP_SERVER, **HOLDS},))
    ],
}
POP3: Mapping[tuple[str, str], Sequence[Case]] = {
    **{(f"POP3{name}", "test"): [Case()] for name in ("SRV", "IN", "NUM", "LIST", "HDR", "GET", "DEL", "OUT", "STOP")},
    ("POP3READ", "test"): [Case()],
    ("POP3SRV", "read"): [Case(before=(BOX,))],
    ("POP3SRV", "write"): [
        Case({"server": "pop3.server.com", "user": "user", "pwd": "password", "port": "110"}),
        Case({"server": "pop3.server.com", "user": "user", "pwd": "password"}),
    ],
    ("POP3SRV", "execute"): [Case(before=(BOX,))],
    ("POP3IN", "read"): [Case(before=LOGGED_IN, outcome="session open"), Case({"state": ""}, outcome="no session")],
    ("POP3IN", "execute"): [Case(before=(BOX,), outcome="success")],
    ("POP3NUM", "execute"): _question(),
    ("POP3LIST", "write"): _question({"msg_id": "1"}),
    ("POP3LIST", "execute"): _said("AT+POP3LIST", f"+POP3: 1 {SIZE}", f"1 {SIZE}", before=LOGGED_IN),
    ("POP3HDR", "write"): _question({"msg_id": "1"}),
    ("POP3GET", "write"): [
        *(Case({"msg_id": "1", "get_type": kind}, LOGGED_IN, outcome="success") for kind in "123"),
        Case({"msg_id": "1"}, LOGGED_IN, outcome="success"),
    ],
    ("POP3DEL", "write"): _question({"msg_id": "1"}),
    ("POP3OUT", "execute"): _question(),
    ("POP3STOP", "execute"): [Case(before=LOGGED_IN)],
    ("POP3READ", "write"): [
        Case(
            {"location": location, "mail_file": f"{FOLDER}/EMAIL000.TXT", "mail": SIZE},
            (f"AT+FSLOCA={location}", *_fetched(drive)),
            answer=MAIL_TEXT,
        )
        for location, drive in (("0", "C"), ("1", "D"))
    ],
    ("POP3READ", "execute"): [Case({"mail": SIZE}, _fetched(), answer=MAIL_TEXT)],
}
CASES: Mapping[tuple[str, str, str], Sequence[Case]] = {
    ("sim7100", f"AT+{name}", form): cases for (name, form), cases in {**SMTP, **POP3}.items()
}
_SAMPLES: Mapping[str, Values] = {
    "SMTPSRV": {"server": HOST, "port": "25"},
    "SMTPAUTH": {"flag": "1", "user": "user", "pwd": "password"},
    "SMTPFROM": {"saddr": "a@server.com", "sname": "a"},
    "SMTPSUB": {"subject": "Test"},
    "SMTPBODY": {"body": "Test"},
    "SMTPBCH": {"charset": "utf-8"},
    "SMTPSEND": {"ongoing": "0", "code": "SUCCESS"},
    "POP3SRV": {"server": "pop3.server.com", "user": "user", "pwd": "password", "port": "110"},
    "POP3IN": {"server": "pop3.server.com"},
    "POP3NUM": {"num": "1", "tsize": SIZE},
    "POP3LIST": {"size": SIZE},
    "POP3HDR": {"from": "a", "date": DATE, "sub": "Test"},
    "POP3GET": {"code": "SUCCESS", "mail_dir": f"C:/Email/{FOLDER}/", "mail_file": "EMAIL000.TXT"},
}
SAMPLES: Mapping[str, Values] = {
    **{f"sim7100 AT+{name}": values for name, values in _SAMPLES.items()},
    "AT+SMTP": {"code": "SUCCESS"},
    "AT+POP3": {"code": "FAILURE"},
}
NEEDS: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]] = {
    ("sim7100", "smtp"): (_SMTP_SERVER, _FILE),
    ("sim7100", "pop3"): (
        {
            "kind": "pop3-server",
            "host": "pop3.server.com",
            "port": 110,
            "user": "user",
            "password": "password",
            "mails": [
                {
                    "id": 1,
                    "subject": "Test",
                    "from": "a",
                    "date": DATE,
                    "size": int(SIZE),
                }
            ],
        },
    ),
}
