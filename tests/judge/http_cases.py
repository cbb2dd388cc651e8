"""How the forms of the bearer and of HTTP are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.judge.case import Case, Values

__all__ = ["CASES", "NEEDS", "SAMPLES", "TAKEN"]

APN, OPEN = 'AT+SAPBR=3,1,"APN","CMNET"', "AT+SAPBR=1,1"
BEARER = ('AT+SAPBR=3,1,"Contype","GPRS"', APN, OPEN)
INIT = (*BEARER, "AT+HTTPINIT")
READY = (*INIT, 'AT+HTTPPARA="CID",1', 'AT+HTTPPARA="URL","www.sim.com"')
DONE = (*READY, ("AT+HTTPACTION=0", "+HTTPACTION: 0,200,1000"))


def _sapbr(*tags: tuple[str, str]) -> list[Case]:
    """The commands of the bearer; ``tags`` are its parameters."""
    done, before = "cmd 0, 1, 3", tuple(f'AT+SAPBR=3,1,"{tag}","{value}"' for tag, value in tags)
    return [
        *(Case({"cmd": "3", "cid": "1", "tag": tag, "value": value}, outcome=done, later=()) for tag, value in tags),
        Case({"cmd": "1", "cid": "1"}, before, outcome=done, later=()),
        Case({"cmd": "2", "cid": "1"}, (*before, OPEN), outcome="cmd 2", later=()),
        Case({"cmd": "0", "cid": "1"}, (*before, OPEN), outcome=done, later=()),
    ]


CASES: Mapping[tuple[str, str, str], Sequence[Case]] = {
    ("sim800", "AT+SAPBR", "write"): _sapbr(("Contype", "GPRS"), ("APN", "CMNET")),
    ("sim900", "AT+SAPBR", "write"): _sapbr(("Contype", "GPRS"), ("APN", "CMNET")),
    ("sim7000", "AT+SAPBR", "write"): _sapbr(("APN", "CMNET")),
    ("sim800", "AT+HTTPINIT", "execute"): [Case(before=BEARER)],
    ("sim800", "AT+HTTPTERM", "execute"): [Case(before=INIT)],
    ("sim800", "AT+HTTPPARA", "write"): [
        Case({"tag": "CID", "value": "1"}, INIT),
        Case({"tag": "URL", "value": '"www.sim.com"'}, INIT),
        Case({"tag": "PROIP", "value": '"10.0.0.172"'}, INIT),
        Case({"tag": "PROPORT", "value": "80"}, INIT),
        Case({"tag": "REDIR", "value": "1"}, INIT),
        Case({"tag": "BREAK", "value": "2000"}, INIT),
    ],
    ("sim800", "AT+HTTPDATA", "write"): [Case({"size": "100", "time": "10000"}, INIT, outcome="success")],
    ("sim800", "AT+HTTPACTION", "write"): [Case({"method": str(number)}, READY) for number in range(3)],
    ("sim800", "AT+HTTPREAD", "execute"): [Case(before=DONE, outcome="success")],
    ("sim800", "AT+HTTPSTATUS", "read"): [Case(before=DONE)],
    ("sim800", "AT+HTTPSCONT", "unspecified"): [Case(before=READY)],
}
SAMPLES: Mapping[str, Values] = {
    "AT+SAPBR": {"cid": "1", "status": "1", "ip": "10.89.193.1"},
    "AT+HTTPACTION": {"status": "200", "datalen": "1000"},
    "AT+HTTPREAD": {"len": "1000"},
    "AT+HTTPSTATUS": {"method": "GET", "status": "1", "finish": "1440", "remain": "7915"},
}
TAKEN: Mapping[tuple[str, str, str], str] = {
    ("AT+HTTPDATA", "size", "0"): "SIM800 AT manual 11.2.4: it deletes the stored data",
}
#: A server that serves all of them.
ROUTES = [
    {"method": method, "path": "/", "status": 200, "length": 1000 if method == "GET" else 0}
    for method in ("GET", "POST", "HEAD")
]
NEEDS: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]] = {
    ("sim800", "http"): ({"kind": "http-server", "url": "www.sim.com", "routes": ROUTES},),
}
