"""How the forms of the SIM7100's FTP and FTPS are tried: at a server with one file, whose listing is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.judge.case import TYPED, Case, Dialogue, Line, Values
from tests.judge.wire import hostile

__all__ = ["CASES", "NEEDS", "SAMPLES"]

HOST, SIZE, ENTERED = "ftp.server.com", "1000", "testconten"
#: What is behind the header of a packet.
PACKET = "<len raw bytes>"
LOGIN: tuple[Line, ...] = (f'AT+CFTPSERV="{HOST}"', 'AT+CFTPUN="user"', 'AT+CFTPPW="secret"')
SESSION: tuple[Line, ...] = ("AT+CFTPSSTART", f'AT+CFTPSLOGIN="{HOST}",990,"user","secret"')
FIRST = Dialogue('AT+CFTPSPUT="t1.txt",10', (">", "OK"), entry=ENTERED)
FINISH: tuple[Line, ...] = (("AT+CFTPSPUT", "+CFTPSPUT: 0"),)
REMOTE = '[{non-ascii}] "FILEPATH"'


def _tested(name: str, values: str) -> list[Case]:
    """A test form."""
    return [Case(line=f"AT+{name}=?", answer=(f"+{name}: {values}", "OK"))]


def _file(name: str, before: tuple[Line, ...]) -> list[Case]:
    """A transfer to or from a file of the module."""
    return [Case({"filepath": "test1.txt", "dir": "0"}, before, outcome="success", later=(f"+{name}: <err>",))]


def _pushed(name: str, values: Values, before: tuple[Line, ...], header: str = "DATA, <len>") -> list[Case]:
    """What comes in one packet."""
    return [Case(values, before, outcome="success", later=(f"+{name}: {header}", PACKET, f"+{name}: <err>"))]


FTP: Mapping[tuple[str, str], Sequence[Case]] = {
    **{(f"CFTP{name}", "test"): [Case()] for name in ("PORT", "MODE", "TYPE", "SERV", "UN", "PW")},
    **{(f"CFTP{name}", "read"): [Case()] for name in ("PORT", "MODE", "TYPE")},
    **{(f"CFTP{name}", "read"): [Case(before=LOGIN)] for name in ("SERV", "UN", "PW")},
    ("CFTPPORT", "write"): [Case({"port": "21"})],
    ("CFTPMODE", "write"): [Case({"mode": mode}) for mode in "01"],
    ("CFTPTYPE", "write"): [Case({"type": kind}) for kind in "AI"],
    ("CFTPSERV", "write"): [Case({"address": HOST})],
    ("CFTPUN", "write"): [Case({"name": "user"})],
    ("CFTPPW", "write"): [Case({"password": "secret"})],
    ("CFTPGETFILE", "test"): _tested("CFTPGETFILE", '[{non-ascii}]"FILEPATH", (0-8)'),
    ("CFTPPUTFILE", "test"): _tested("CFTPPUTFILE", '[{non-ascii}] "FILEPATH", (0-8)'),
    **{(name, "test"): _tested(name, REMOTE) for name in ("CFTPGET", "CFTPPUT", "CFTPLIST")},
    **{(name, "test"): _tested(name, '[{non-ascii}]"DIR"') for name in ("CFTPMKD", "CFTPRMD")},
    ("CFTPDELE", "test"): _tested("CFTPDELE", '[{non-ascii}]"FILENAME"'),
    **{(name, "write"): _file(name, LOGIN) for name in ("CFTPGETFILE", "CFTPPUTFILE")},
    ("CFTPGET", "write"): _pushed("CFTPGET", {"filepath": "/test1.txt"}, LOGIN),
    ("CFTPLIST", "write"): _pushed("CFTPLIST", {"dir": "/testd"}, LOGIN, "DATA,<len>"),
    ("CFTPPUT", "write"): [Case({"filepath": "/t1.txt"}, LOGIN, answer=("+CFTPPUT: BEGIN", TYPED, "OK"))],
    ("CFTPMKD", "write"): [Case({"dir": "/new"}, LOGIN)],
    ("CFTPRMD", "write"): [Case({"dir": "/empty"}, LOGIN)],
    ("CFTPDELE", "write"): [Case({"filename": "/test1.txt"}, LOGIN)],
}
FTPS: Mapping[tuple[str, str], Sequence[Case]] = {
    ("CFTPSSTART", "execute"): [Case()],
    ("CFTPSSTOP", "execute"): [Case(before=("AT+CFTPSSTART",))],
    ("CFTPSLOGIN", "write"): [
        Case({"host": HOST, "port": "990", "username": "user", "password": "secret"}, ("AT+CFTPSSTART",))
    ],
    ("CFTPSLOGOUT", "execute"): [Case(before=SESSION)],
    **{(f"CFTPS{name}", "test"): [Case()] for name in ("MKD", "RMD", "DEL", "CWD", "TYPE", "SINGLEIP")},
    ("CFTPSMKD", "write"): [Case({"dir": "new"}, SESSION)],
    ("CFTPSRMD", "write"): [Case({"dir": "empty"}, SESSION)],
    ("CFTPSDEL", "write"): [Case({"filename": "test1.txt"}, SESSION)],
    ("CFTPSCWD", "write"): [Case({"dir": "empty"}, SESSION)],
    ("CFTPSPWD", "execute"): [Case(before=SESSION)],
    ("CFTPSTYPE", "read"): [Case()],
    ("CFTPSTYPE", "write"): [Case({"type": kind}) for kind in "AI"],
    ("CFTPSLIST", "write"): _pushed("CFTPSLIST", {"dir": "/testd"}, SESSION, "DATA,<len>"),
    ("CFTPSLIST", "execute"): _pushed("CFTPSLIST", {}, (*SESSION, 'AT+CFTPSCWD="/testd"'), "DATA,<len>"),
    ("CFTPSGETFILE", "test"): _tested("CFTPSGETFILE", '[{non-ascii}]"FILEPATH", (0-8)'),
    ("CFTPSPUTFILE", "test"): _tested("CFTPSPUTFILE", '[{non-ascii}] "FILEPATH", (0-8)'),
    **{(name, "write"): _file(name, SESSION) for name in ("CFTPSGETFILE", "CFTPSPUTFILE")},
    ("CFTPSGET", "test"): _tested("CFTPSGET", REMOTE),
    ("CFTPSGET", "write"): _pushed("CFTPSGET", {"filepath": "/test1.txt"}, SESSION),
    ("CFTPSPUT", "read"): [Case(before=(*SESSION, FIRST, *FINISH))],
    ("CFTPSPUT", "write"): [
        Case({"filepath": "t1.txt", "len": "10"}, SESSION, outcome="success", after=FINISH),
        Case({"len": "10"}, (*SESSION, FIRST), outcome="success", after=FINISH, undo=FINISH),
    ],
    ("CFTPSPUT", "execute"): [Case(before=(*SESSION, FIRST), outcome="success", later=("+CFTPSPUT: <result>",))],
    ("CFTPSSINGLEIP", "read"): [Case()],
    ("CFTPSSINGLEIP", "write"): [Case({"singleip": address}) for address in "01"],
}
CASES: Mapping[tuple[str, str, str], Sequence[Case]] = {
    ("sim7100", f"AT+{name}", form): cases for (name, form), cases in {**FTP, **FTPS}.items()
}
_TRANSFERS = ("GET", "LIST", "GETFILE", "PUTFILE", "MKD", "RMD", "DELE")
SAMPLES: Mapping[str, Values] = {
    **{f"AT+CFTP{name}": {"err": "0", "len": SIZE} for name in _TRANSFERS},
    **{f"AT+CFTPS{name}": {"err": "0", "len": SIZE} for name in _TRANSFERS},
    "AT+CFTPPORT": {"port": "21"},
    "AT+CFTPMODE": {"mode": "0"},
    "AT+CFTPTYPE": {"type": "I"},
    "AT+CFTPSERV": {"address": HOST},
    "AT+CFTPUN": {"name": "user"},
    "AT+CFTPPW": {"password": "secret"},
    "AT+CFTPPUT": {"err": "213"},
    "AT+CFTPSPWD": {"dir": "/"},
    "AT+CFTPSTYPE": {"type": "I"},
    "AT+CFTPSPUT": {"unsent_len": "0", "result": "0"},
    "AT+CFTPSSINGLEIP": {"singleip": "0"},
}
_SERVER = {
    "host": HOST,
    "port": 21,
    "user": "user",
    "password": "secret",
    "files": [{"path": "/test1.txt", "size": SIZE}],
    "dirs": ["/testd", "/empty"],
}
_AROUND: tuple[Mapping[str, Any], ...] = (
    {"kind": "directory-listing", "path": "/testd", "bytes": int(SIZE), "listing": hostile(int(SIZE))},
    *({"kind": "module-file", "path": f"test1.txt in directory {place}", "size": 100} for place in (0, 8)),
)
NEEDS: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]] = {
    ("sim7100", "ftp"): ({"kind": "ftp-server", **_SERVER}, *_AROUND),
    ("sim7100", "ftps"): ({"kind": "ftps-server", **_SERVER}, *_AROUND),
}
