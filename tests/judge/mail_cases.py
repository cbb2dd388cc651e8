"""How the forms of the SIM900's e-mail are tried: at servers that take a mail, and that have one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.judge.case import TYPED, Case, Line, Values

__all__ = ["CASES", "NEEDS", "SAMPLES"]

HOST, ACCOUNT, TEXT = "mail.sim.com", '"john","123456"', 'AT+SMTPFILE=1,"test.txt",0'
BEARER = ('AT+SAPBR=3,1,"Contype","GPRS"', 'AT+SAPBR=3,1,"APN","CMNET"', "AT+SAPBR=1,1")
SRV, AUTH = f'AT+SMTPSRV="{HOST}",25', f"AT+SMTPAUTH=1,{ACCOUNT}"
FROM, RCPT = 'AT+SMTPFROM="john@sim.com","john"', 'AT+SMTPRCPT=0,0,"john@sim.com","john"'
MAIL = (*BEARER, SRV, AUTH, FROM, RCPT)
ATTACHING: tuple[Line, ...] = (*MAIL, TEXT, ("AT+SMTPSEND", "+SMTPFT: 1,1360"))
FINISH: tuple[Line, ...] = (("AT+SMTPFT=0", "+SMTPSEND: 1"),)
BOX = f'AT+POP3SRV="{HOST}",{ACCOUNT},110'
LOGGED_IN: tuple[Line, ...] = (*BEARER, BOX, ("AT+POP3IN", "+POP3IN: 1"))
LISTED: tuple[Line, ...] = (*LOGGED_IN, ("AT+POP3CMD=1", "+POP3CMD: 1"))
LOG_OUT: tuple[Line, ...] = (("AT+POP3OUT", "+POP3OUT: 1"),)
POSITIVE = "server answers +OK"
RANGE = "(1-65535)"


def _question(values: Values, later: str) -> Case:
    return Case(values, LOGGED_IN, outcome=POSITIVE, later=(later,), after=LOG_OUT, undo=LOG_OUT)


def _said(line: str, *answer: str, before: tuple[Line, ...] = ()) -> list[Case]:
    """A form whose answer the inventory has without its quotes, or without its numbers."""
    return [Case(line=line, answer=(*answer, "OK"), before=before)]


EMAIL: Mapping[tuple[str, str], Sequence[Case]] = {
    ("EMAILCID", "test"): _said("AT+EMAILCID=?", "+EMAILCID: (1-3)"),
    ("EMAILCID", "read"): [Case(before=("AT+EMAILCID=1",))],
    ("EMAILCID", "write"): [Case({"cid": "1"})],
    ("EMAILTO", "test"): [Case()],
    ("EMAILTO", "read"): [Case()],
    ("EMAILTO", "write"): [Case({"timeout": "30"})],
}
SMTP: Mapping[tuple[str, str], Sequence[Case]] = {
    **{(name, "test"): [Case()] for name in ("SMTPSRV", "SMTPAUTH", "SMTPFROM", "SMTPSUB", "SMTPBODY", "SMTPFILE")},
    **{(name, "test"): [Case()] for name in ("SMTPSEND", "SMTPFT", "SMTPCS")},
    ("SMTPAUTH", "test"): _said("AT+SMTPAUTH=?", "+SMTPAUTH: (0,1),<usernamelength>,<passwordlength>"),
    ("SMTPRCPT", "test"): _said("AT+SMTPRCPT=?", "+SMTPRCPT: (0-2),(0-4),<rcptaddresslength>,<rcptnamelength>"),
    ("SMTPSRV", "read"): _said("AT+SMTPSRV?", f'+SMTPSRV: "{HOST}",25', before=(SRV,)),
    ("SMTPAUTH", "read"): _said("AT+SMTPAUTH?", f"+SMTPAUTH: 1,{ACCOUNT}", before=(AUTH,)),
    ("SMTPFROM", "read"): _said("AT+SMTPFROM?", '+SMTPFROM: "john@sim.com","john"', before=(FROM,)),
    ("SMTPRCPT", "read"): _said("AT+SMTPRCPT?", '+SMTPRCPT: 0,0,"john@sim.com","john"', before=(RCPT,)),
    ("SMTPSUB", "read"): _said("AT+SMTPSUB?", '+SMTPSUB: "Test"', before=('AT+SMTPSUB="Test"',)),
    ("SMTPFILE", "read"): _said("AT+SMTPFILE?", '+SMTPFILE: 1,"test.txt",0', before=(TEXT,)),
    ("SMTPCS", "read"): _said("AT+SMTPCS?", '+SMTPCS: "ASCII"'),
    ("SMTPSRV", "write"): [Case({"smtpserver": HOST, "smtpport": "25"})],
    ("SMTPAUTH", "write"): [
        Case({"authtype": "1", "username": "john", "password": "123456"}),
        Case({"authtype": "0"}),
    ],
    ("SMTPFROM", "write"): [
        Case({"senderaddress": "john@sim.com", "sendername": "john"}),
        Case({"senderaddress": "john@sim.com"}),
    ],
    ("SMTPRCPT", "write"): [
        *(
            Case({"rcpttype": kind, "index": "0", "rcptaddress": "john@sim.com", "rcptname": "john"}, (RCPT,))
            for kind in "012"
        ),
        Case({"rcpttype": "0", "index": "0", "rcptaddress": "john@sim.com"}),
        Case({"rcpttype": "0", "index": "0"}, (RCPT,)),
        Case({"rcpttype": "0"}, (RCPT,)),
    ],
    ("SMTPSUB", "write"): [Case({"subject": "Test"})],
    ("SMTPBODY", "execute"): [Case(line="AT+SMTPBODY", answer=(">", TYPED, "OK"))],
    ("SMTPFILE", "write"): [
        Case({"filetype": "1", "filename": "test.txt", "encodetype": "0"}),
        Case({"filetype": "2", "filename": "test.bmp", "encodetype": "1"}),
        Case({"filetype": "0"}, (TEXT,)),
    ],
    ("SMTPSEND", "execute"): [Case(before=MAIL, outcome="success")],
    ("SMTPFT", "write"): [
        Case(
            {"reqlength": "100"},
            ATTACHING,
            outcome="reqLength > 0",
            later=("+SMTPFT: 1,<maxlength>",),
            after=FINISH,
            undo=FINISH,
        ),
        Case({"reqlength": "0"}, ATTACHING, outcome="reqLength = 0", later=("+SMTPSEND: <code>",), undo=FINISH),
    ],
    ("SMTPCS", "write"): [Case({"charset": "UTF-8"})],
}
POP3: Mapping[tuple[str, str], Sequence[Case]] = {
    **{(name, "test"): [Case()] for name in ("POP3SRV", "POP3IN", "POP3NUM", "POP3READ", "POP3RSET", "POP3OUT")},
    **{(name, "test"): _said(f"AT+{name}=?", f"+{name}: {RANGE}") for name in ("POP3LIST", "POP3UIDL", "POP3DEL")},
    ("POP3CMD", "test"): _said("AT+POP3CMD=?", f"+POP3CMD: (1-4),{RANGE},(0-65535)"),
    ("POP3SRV", "read"): _said("AT+POP3SRV?", f'+POP3SRV: "{HOST}",{ACCOUNT},110', before=(BOX,)),
    ("POP3SRV", "write"): [Case({"pop3server": HOST, "username": "john", "password": "123456", "pop3port": "110"})],
    ("POP3IN", "execute"): [Case(before=(*BEARER, BOX), outcome="success", after=LOG_OUT)],
    ("POP3NUM", "execute"): [_question({}, "+POP3NUM: 1,<totalnumber>,<totalsize>")],
    ("POP3LIST", "write"): [_question({"msgnumber": "1"}, "+POP3LIST: 1,<msgnumber>,<size>")],
    ("POP3UIDL", "write"): [_question({"msgnumber": "1"}, "+POP3UIDL: 1,<msgnumber>,<uid>")],
    ("POP3CMD", "write"): [
        _question({"cmdtype": "3", "msgnumber": "1", "linenumber": "0"}, "+POP3CMD: 1"),
        _question({"cmdtype": "4", "msgnumber": "1"}, "+POP3CMD: 1"),
        _question({"cmdtype": "1"}, "+POP3CMD: 1"),
        _question({"cmdtype": "2"}, "+POP3CMD: 1"),
    ],
    ("POP3READ", "write"): [
        Case({"reqlength": "1460"}, LISTED, outcome="last chunk", later=(), after=LOG_OUT, undo=LOG_OUT),
        Case({"reqlength": "1"}, LISTED, outcome="more to come", later=(), after=LOG_OUT),
    ],
    ("POP3DEL", "write"): [_question({"msgnumber": "1"}, "+POP3DEL: 1")],
    ("POP3RSET", "execute"): [_question({}, "+POP3RSET: 1")],
    ("POP3OUT", "execute"): [Case(before=LOGGED_IN, outcome="success")],
}
CASES: Mapping[tuple[str, str, str], Sequence[Case]] = {
    ("sim900", f"AT+{name}", form): cases for (name, form), cases in {**EMAIL, **SMTP, **POP3}.items()
}
SAMPLES: Mapping[str, Values] = {
    "AT+EMAILCID": {"cid": "1"},
    "AT+EMAILTO": {"timeout": "30"},
    "AT+SMTPSRV": {"smtpserverlength": "50"},
    "AT+SMTPAUTH": {"usernamelength": "50", "passwordlength": "50"},
    "AT+SMTPFROM": {"senderaddresslength": "50", "sendernamelength": "50"},
    "AT+SMTPRCPT": {"rcptaddresslength": "50", "rcptnamelength": "50"},
    "AT+SMTPSUB": {"subjectlength": "50"},
    "AT+SMTPBODY": {"bodylength": "1024"},
    "AT+SMTPFILE": {"filenamelength": "50"},
    "AT+SMTPSEND": {"code": "1"},
    "AT+SMTPFT": {"maxlength": "1360", "code": "1"},
    "AT+SMTPCS": {"charsetlength": "20"},
    "AT+POP3SRV": {"pop3serverlength": "50", "usernamelength": "50", "passwordlength": "50"},
    "AT+POP3IN": {"code": "1"},
    "AT+POP3NUM": {"totalnumber": "1", "totalsize": "600"},
    "AT+POP3LIST": {"msgnumber": "1", "size": "600"},
    "AT+POP3UIDL": {"msgnumber": "1", "uid": "uid1"},
    "AT+POP3CMD": {},
    "AT+POP3READ": {"cnflength": "1", "datalength": "1460"},
    "AT+POP3DEL": {},
    "AT+POP3RSET": {},
    "AT+POP3OUT": {"code": "1"},
}
_LOGIN = {"host": HOST, "user": "john", "password": "123456"}
NEEDS: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]] = {
    ("sim900", "smtp"): ({"kind": "smtp-server", "port": 25, "auth": "required", **_LOGIN},),
    ("sim900", "pop3"): (
        {"kind": "pop3-server", "port": 110, "mails": [{"id": 1, "size": 600, "uid": "uid1"}], **_LOGIN},
    ),
}
