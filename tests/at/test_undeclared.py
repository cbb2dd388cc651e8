from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.at.command import RawCommand
from simcom_async.at.secret import raw_command
from simcom_async.at.undeclared import (
    enters_secret,
    secret_shapes,
    shows_undeclared,
    suspicious,
    undeclared_secrets,
    undeclared_values,
)
from simcom_async.dialects import DIALECTS

ALL = tuple(DIALECTS.values())
WORD, OTHER = "Tr0ub4dor", "h;u,s h"

#: Command lines that hold WORD, and perhaps OTHER, by 3GPP, V.250 and the manuals of SIMCom.
HOLDING = [
    f'+CLCK="SC",1,"{WORD}"',
    f'+CLCK="SC",1,"{WORD}",7',
    f"+CLCK=SC,1,{WORD},7",
    f'+CPWD="SC","{OTHER}","{WORD}"',
    f'+CPIN="{OTHER}","{WORD}"',
    f"+CPIN2={WORD}",
    f'+CGAUTH=1,1,"{WORD}","{OTHER}"',
    f'+CGAUTH=1,1,"{OTHER}","{WORD}"',
    f'+CSTT="internet","{OTHER}","{WORD}",1,1',
    f'+SAPBR=3,9,"PWD","{WORD}"',
    f'+SAPBR=3,9,PWD,"{WORD}"',
    f'+SMCONF="PASSWORD","{WORD}"',
    f'+SHAHEAD="Authorization","Basic {WORD}"',
    f'+HTTPPARA="USERDATA",7,"X-Key: {WORD}"',
    f'+CMQTTCONNECT=0,"tcp://example.com:1883",60,1,"{OTHER}","{WORD}"',
    f'+CWJAP="net","{WORD}"',
    f'+CNCFG=0,1,"internet","{OTHER}","{WORD}",3,1',
    f'+SSLSETCERT="a.p12","{WORD}"',
    f'+BTPAIRCFG=1,"{WORD}"',
    f'+EMAILPWD="{WORD}"',
    f"+XFTPPW={WORD}",
    f'+FOOLOGIN="{OTHER}",21,"{WORD}"',
    f'+CSIM=26,"A020000108{WORD}"',
    f'+CMAR="{WORD}"',
    f'+CAMM="0000FF","{WORD}"',
    f'^DPSK="{WORD}"',
    f"D**04*{WORD}*1111*1111#",
    f"D*33*{WORD}#;",
    f'+CUSD=1,"**03*330*{WORD}*22#",15',
    f'+CIPSTART="http://me:{WORD}@example.com/"',
]
#: Of those a module would refuse: nobody knows where the secret begins.
BROKEN = [
    f'+CLCK="SC,1,"{WORD}"',
    f'+CLCK="SC",1,"{WORD}',
    f'+CLCK="SC",1,x"{WORD}"',
    f'+CLCK="SC",1,"x"{WORD}',
    f'+NOPE="PWD,"{WORD}"',
]
#: What is read like any other line.
ORDINARY = [
    "+CNMP=38",
    '+CLCK="SC",2',
    '+CPWD="SC"',
    '+CPING="www.example.com",1,4',
    "+CIPINFO=1",
    "+CFUN=1,1",
    '+CGDCONT=1,"IP","internet"',
    "+CGAUTH=1,0",
    "+CGAUTH=?",
    "+CPINR?",
    '+SMCONF="USERNAME","joe"',
    '+CSSLCFG="authmode",0,1',
    '+CIPSTART="TCP","auth.example.com","8080"',
    '+SAPBR=3,9,"APN","internet"',
    '+CMQTTCONNECT=0,"tcp://example.com:1883",60,1',
    '+CWJAP="net"',
    "D*99#",
    "D*100#;",
    "D+491234;",
    '+CUSD=1,"*100#",15',
    "S0=1",
    "E0V1;&F",
    "+SNPD=;",
    "",
]


def spellings(line: str) -> list[str]:
    """The line itself, in lower case, with blanks, and with others before and behind."""
    name, equals, values = line.partition("=")
    blank = f" {' '.join(name)} {equals} {values} " if equals else line
    return [line, line.lower(), blank, f"+CSQ;{line}", f"E0V1{line}", f"{line};+CREG?"]


def shown(line: str) -> str:
    masked = [RawCommand.of(line).masked, raw_command(line, ALL).masked, raw_command(line, ()).masked]
    assert all(len(text) == len(line) + 2 for text in masked)
    return " ".join(masked)


@pytest.mark.parametrize("line", HOLDING + BROKEN)
def test_law_10_the_secret_of_an_undeclared_command_is_not_shown(line: str) -> None:
    for spelling in spellings(line):
        assert WORD.lower() not in shown(spelling).lower(), spelling
        assert OTHER not in shown(spelling).lower(), spelling


@pytest.mark.parametrize("line", ORDINARY)
def test_an_ordinary_command_is_shown(line: str) -> None:
    assert undeclared_secrets(line.encode()) == ()
    assert RawCommand.of(line).masked == f"AT{line}"
    assert RawCommand.of(f"{line};+CSQ").masked == f"AT{line};+CSQ"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (f'+CLCK="SC",1,"{WORD}",7', 'AT+CLCK="SC",1,"*********",7'),
        (f'+CSQ;+CLCK = "SC" , 1 , "{WORD}";+CREG?', 'AT+CSQ;+CLCK = "SC" , 1 , "*********";+CREG?'),
        ('+CGAUTH=1,1,"pw","user"', 'AT+CGAUTH=1,1,****,"****"'),
        ("+CPIN2=1234,123", "AT+CPIN2=****,123"),
        (f'+CLCK="SC,1,"{WORD}";+CSQ', "AT+CLCK=**********************"),
        ("D**04*1234*5678*5678#", "ATD**04***************#"),
    ],
)
def test_what_else_is_in_the_line_stays_readable(line: str, text: str) -> None:
    assert RawCommand.of(line).masked == text


@pytest.mark.parametrize(
    ("line", "reveals"),
    [
        ("+CGAUTH?", True),
        ("+csq;+cgauth ?", True),
        ("+CMQTTCONNECT?", True),
        ("+SMCONF?", True),
        ("+CGAUTH", True),
        ("+CGAUTH=?", False),
        ("+CLCK=?", False),
        ("+CNMP?", False),
        ("I", False),
        ("D1;", False),
    ],
)
def test_a_line_whose_reply_may_show_one(line: str, reveals: bool) -> None:
    assert shows_undeclared(line.encode()) is reveals
    assert RawCommand.of(line).reveals is reveals
    assert raw_command(line, ALL).reveals is reveals


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b' 1,1,"hush", "joe"', [b"hush", b'"joe"']),
        (b' "hush', [b' "hush']),
        (b" 3,10", []),
        (b' hush"x"', [b' hush"x"']),
    ],
)
def test_what_may_be_one_in_a_reply(text: bytes, values: list[bytes]) -> None:
    assert list(undeclared_values(text)) == values


@pytest.mark.parametrize(
    ("line", "count"),
    [
        (b'+CCERTDOWN="key.pem",1679', 1679),
        (b'+ccertdown = "a;b" , 12', 12),
        (b'+CSQ;+XKEYDOWN="a",7', 7),
        (b'+CCERTDOWN="key.pem"', 0),
        (b'+FSWRITE="key.pem",7', 0),
        (b"+CCERTDOWN=?", 0),
    ],
)
def test_how_many_bytes_of_a_key_follow(line: bytes, count: int) -> None:
    assert enters_secret(line) == count


def test_shapes_hold_of_declared_commands_too() -> None:
    line = '+HTTPPARA="URL","http://me:hush@example.com/?a=b"'
    assert secret_shapes(line.encode()) == (b"me:hush",)
    assert raw_command(line, ALL).masked == 'AT+HTTPPARA="URL","http://*******@example.com/?a=b"'
    assert secret_shapes(b'+CLCK="SC",1,"1234"') == ()


@pytest.mark.parametrize(
    ("typed", "may"),
    [(b"+CLCK=", True), (b"+csq;+c lck =", True), (b"+CSQ=", False), (b'+X="http://', True), (b"D**04*", True)],
)
def test_a_secret_may_follow_in_a_line_that_is_typed(typed: bytes, may: bool) -> None:
    assert suspicious(typed) is may


PIECES = [
    b"+CLCK=",
    b"+CPIN",
    b"=",
    b"?",
    b'"',
    b",",
    b";",
    b" ",
    b"PWD",
    b"1234",
    b"1",
    b"\x00",
    b"://",
    b"@",
    b"*04*",
    b"#",
]


@given(st.lists(st.sampled_from(PIECES), max_size=16))
def test_what_is_found_stands_in_the_line(pieces: list[bytes]) -> None:
    line = b"".join(pieces)
    for secret in (*undeclared_secrets(line), *undeclared_values(line)):
        assert secret in line
    assert all(undeclared_secrets(line))
    shows_undeclared(line)
    enters_secret(line)
