"""How the forms of FTP are tried: at a server that has one file of one byte, so that each read is the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.judge.case import Case, Line, Values

__all__ = ["CASES", "NEEDS", "SAMPLES"]

FAMILIES = ("sim800", "sim7000")
#: The code of AT+FTPQUIT (device-facts 3.2).
QUIT = {"sim800": 86, "sim7000": 80}
LOGIN = ("AT+FTPCID=1", 'AT+FTPSERV="ftp.sim.com"', 'AT+FTPUN="user"', 'AT+FTPPW="secret"')
SERVER = ('AT+SAPBR=3,1,"APN","CMNET"', "AT+SAPBR=1,1", *LOGIN)
GET = (*SERVER, 'AT+FTPGETNAME="1K.txt"', 'AT+FTPGETPATH="/"')
PUT = (*SERVER, 'AT+FTPPUTNAME="1.txt"', 'AT+FTPPUTPATH="/"')
FOLDER = (*SERVER, 'AT+FTPGETPATH="/test"')
FETCHED = (*GET, ("AT+FTPEXTGET=1", "+FTPEXTGET: 1,0"))
FINISH: tuple[Line, ...] = (("AT+FTPPUT=2,0", "+FTPPUT: 1,0"),)
CREDIT = "+FTPPUT: 1,1,<maxlength>"

SETTINGS = {
    "FTPCID": {"cid": "1"},
    "FTPREST": {"offset": "20"},
    "FTPSERV": {"address": "ftp.sim.com"},
    "FTPUN": {"user": "user"},
    "FTPPW": {"password": "secret"},
    "FTPGETNAME": {"name": "1K.txt"},
    "FTPGETPATH": {"path": "/"},
    "FTPPUTNAME": {"name": "1.txt"},
    "FTPPUTPATH": {"path": "/"},
}
#: Of these the documents print no more than the name; their forms are those of the AT manuals.
NAMED: Mapping[str, Sequence[Case]] = {
    "FTPPORT": [Case(line=f"AT+FTPPORT={port}") for port in (1, 21, 65535)],
    "FTPMODE": [Case(line=f"AT+FTPMODE={mode}") for mode in (0, 1)],
    "FTPTYPE": [Case(line=f'AT+FTPTYPE="{kind}"') for kind in "AI"],
    "FTPPUTOPT": [Case(line=f'AT+FTPPUTOPT="{option}"') for option in ("APPE", "STOU", "STOR")],
    "FTPSTATE": [Case(line="AT+FTPSTATE", answer=("+FTPSTATE: 0", "OK"))],
}
FORMS: Mapping[tuple[str, str], Sequence[Case]] = {
    ("FTPPUT", "write"): [
        Case(
            {"mode": "2", "reqlength": "100"},
            (*PUT, ("AT+FTPPUT=1", "+FTPPUT: 1,1,1360")),
            outcome="mode 2, reqlength > 0",
            later=(CREDIT,),
            after=FINISH,
            undo=FINISH,
        ),
        Case(
            {"mode": "2", "reqlength": "0"},
            (*PUT, ("AT+FTPPUT=1", "+FTPPUT: 1,1,1360")),
            outcome="mode 2, reqlength 0",
            later=("+FTPPUT: 1,<code>",),
            undo=FINISH,
        ),
        Case({"mode": "1"}, PUT, outcome="mode 1", later=(CREDIT,), after=FINISH),
    ],
    ("FTPSIZE", "execute"): [Case(before=GET)],
    ("FTPEXTPUT", "write"): [
        Case({"mode": "2", "pos": "0", "len": "100", "timeout": "10000"}, ("AT+FTPEXTPUT=1",), outcome="mode 2"),
        Case({"mode": "0"}, outcome="mode 0, 1"),
        Case({"mode": "1"}, outcome="mode 0, 1"),
    ],
    ("FTPMKD", "execute"): [Case(before=FOLDER)],
    ("FTPRMD", "execute"): [Case(before=(*FOLDER, ("AT+FTPMKD", "+FTPMKD: 1,0")))],
}


def _reads(family: str, name: str) -> list[Case]:
    """A block that holds all there is, behind which the end comes; and a beginning, which is given up."""
    begun = (*GET, (f"AT+{name}=1", f"+{name}: 1,1"))
    given_up = (("AT+FTPQUIT", f"+{name}: 1,{QUIT[family]}"),)
    return [
        Case({"mode": "2", "reqlength": "1024"}, begun, outcome="mode 2", later=(f"+{name}: 1,0",), undo=given_up),
        Case({"mode": "1"}, GET, outcome="mode 1", later=(f"+{name}: 1,1",), after=given_up),
    ]


def _needs(size: int, behaviour: str = "") -> tuple[Mapping[str, Any], ...]:
    """A server with one file of so many bytes, and a listing of one byte, the same as the first of the file."""
    files = [{"path": "/1K.txt", "size": size, "mtime": "20140409060951"}]
    login = {"host": "ftp.sim.com", "port": 21, "user": "user", "password": "secret"}
    return ({"kind": "ftp-server", **login, "files": files, "listing": "\r", "behaviour": behaviour},)


CASES: Mapping[tuple[str, str, str], Sequence[Case]] = {
    **{(family, f"AT+{name}", "unspecified"): cases for family in FAMILIES for name, cases in NAMED.items()},
    **{(family, f"AT+{name}", "write"): [Case(values)] for family in FAMILIES for name, values in SETTINGS.items()},
    **{(family, f"AT+{name}", form): cases for family in FAMILIES for (name, form), cases in FORMS.items()},
    **{(family, f"AT+{name}", "write"): _reads(family, name) for family in FAMILIES for name in ("FTPGET", "FTPLIST")},
    ("sim800", "AT+FTPSCONT", "unspecified"): [Case(before=GET)],
    ("sim800", "AT+FTPDELE", "execute"): [Case(before=GET)],
    ("sim7000", "AT+FTPDELE", "write"): [Case({"mode": "1"}, GET)],
    ("sim7000", "AT+FTPRENAME", "execute"): [Case(before=(*GET, 'AT+FTPPUTNAME="1.txt"'))],
    ("sim7000", "AT+FTPMDTM", "execute"): [Case(before=GET)],
    ("sim7000", "AT+FTPQUIT", "execute"): [Case(before=(*GET, ("AT+FTPGET=1", "+FTPGET: 1,1")))],
    ("sim7000", "AT+FTPEXTGET", "read"): [
        Case(before=(*GET, "AT+FTPEXTGET=1"), later=("+FTPEXTGET: 1,0",), needs=_needs(174125, "slow: progress query"))
    ],
    ("sim7000", "AT+FTPEXTGET", "write"): [
        Case({"mode": "3", "pos": "0", "len": "1"}, FETCHED, outcome="mode 3", later=()),
        Case({"mode": "1"}, GET, outcome="mode 1"),
        Case({"mode": "0"}, FETCHED, outcome="mode 0", later=()),
    ],
    ("sim7000", "AT+FTPETPUT", "write"): [
        Case(
            {"mode": "2"},
            (*PUT, ("AT+FTPETPUT=1", "+FTPETPUT: 1,1")),
            outcome="mode 2",
            later=("+FTPETPUT: 1,0",),
            undo=(("AT+FTPQUIT", "+FTPETPUT: 1,80"),),
        ),
        Case(
            {"mode": "1"},
            PUT,
            outcome="mode 1",
            later=("+FTPETPUT: 1,1",),
            after=(("AT+FTPQUIT", "+FTPETPUT: 1,80"),),
        ),
    ],
    ("sim7000", "AT+FTPETGET", "write"): [Case({"mode": "1"}, GET)],
}
SAMPLES: Mapping[str, Values] = {
    "AT+FTPGET": {"code": "0", "cnflength": "1"},
    "AT+FTPLIST": {"code": "0", "cnflength": "1"},
    "AT+FTPPUT": {"code": "0", "maxlength": "1360"},
    "AT+FTPSIZE": {"code": "0", "size": "1"},
    "AT+FTPMDTM": {"code": "0", "timestamp": "20140409060951"},
    "AT+FTPEXTGET": {"code": "0", "mode": "1", "bytes": "64136"},
    **{f"AT+{name}": {"code": "0"} for name in ("FTPDELE", "FTPMKD", "FTPRMD", "FTPRENAME", "FTPETPUT", "FTPETGET")},
}
NEEDS: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]] = {(family, "ftp"): _needs(1) for family in FAMILIES}
