"""How the forms of the SIM7100's HTTP and HTTPS are tried: at servers that answer, and that listen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.judge.case import TYPED, Case, Dialogue, Line, Values

__all__ = ["CASES", "NEEDS", "SAMPLES"]

HOST = "www.mywebsite.com"
#: Bytes of an answer that comes in one packet.
LENGTH = 1000
START, OPEN = "AT+CHTTPSSTART", f'AT+CHTTPSOPSE="{HOST}",443'
SESSION: tuple[Line, ...] = (START, OPEN)
ENTERED: tuple[Line, ...] = (*SESSION, Dialogue("AT+CHTTPSEND=1", (">", "OK"), entry="x"))
SENT: tuple[Line, ...] = (*ENTERED, ("AT+CHTTPSEND", "+CHTTPSEND: 0"))
_SERVER = {"kind": "https-server", "host": HOST, "port": 443}

HTTP: Mapping[tuple[str, str], Sequence[Case]] = {
    ("CHTTPACT", "test"): [Case()],
    ("CHTTPACT", "write"): [
        Case(
            {"address": HOST, "port": "80"},
            answer=("+CHTTPACT: REQUEST", TYPED, "OK"),
            later=("+CHTTPACT: DATA, <len>", "<len raw bytes>", "+CHTTPACT: 0"),
        )
    ],
}
HTTPS: Mapping[tuple[str, str], Sequence[Case]] = {
    ("CHTTPSSTART", "execute"): [Case()],
    ("CHTTPSSTOP", "execute"): [Case(before=(START,))],
    ("CHTTPSOPSE", "write"): [Case({"host": HOST, "port": "443"}, (START,))],
    ("CHTTPSCLSE", "execute"): [Case(before=SESSION)],
    ("CHTTPSEND", "test"): [Case()],
    ("CHTTPSEND", "read"): [Case(before=SESSION)],
    ("CHTTPSEND", "write"): [Case({"len": "88"}, SESSION, outcome="success")],
    ("CHTTPSEND", "execute"): [Case(before=ENTERED)],
    ("CHTTPSRECV", "write"): [
        Case(
            {"recv_len": "1"},
            SENT,
            later=("+CHTTPSRECV: DATA,<len>", "<len raw bytes>", "+CHTTPSRECV: 0"),
            needs=({**_SERVER, "says": LENGTH},),
        )
    ],
}
CASES: Mapping[tuple[str, str, str], Sequence[Case]] = {
    ("sim7100", f"AT+{name}", form): cases for (name, form), cases in (HTTP | HTTPS).items()
}
SAMPLES: Mapping[str, Values] = {
    "AT+CHTTPACT": {"len": str(LENGTH), "err": "226"},
    "AT+CHTTPS": {},
    "AT+CHTTPSEND": {"unsent_len": "88", "result": "0"},
    "AT+CHTTPSRECV": {"len": str(LENGTH), "result": "0"},
}
NEEDS: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]] = {
    ("sim7100", "http"): ({"kind": "http-server", "host": HOST, "port": 80, "says": LENGTH},),
    ("sim7100", "https"): (_SERVER,),
}
