"""Where secrets stand in command lines that nothing declares: by names, and rather hidden once too often.

Four things tell of a secret, whichever series takes the command:

- the **name of the command** says it: it holds AUTH, PASS, PWD, PIN, PUK, KEY, PSK, LOGIN, SECRET, TOKEN or CRED, or
  ends with PW, as +CPWD and +CGAUTH of 3GPP TS 27.007 and the commands of SIMCom's manuals do (not +CPING, +CIPINFO);
- it is one of the few that do not say it: see ``_FROM``, which names the first parameter that may be one;
- a **parameter names what follows**, in the same words, or Cookie, or USERDATA: ``+SAPBR=3,1,"PWD","x"``,
  ``+SMCONF="PASSWORD","x"``, ``+SHAHEAD="Authorization","Basic x"``;
- its **shape**: user and password of a URL (RFC 3986 3.2.1), and what changes or proves a PIN or a barring password in
  a dial string (``**04*OLD*NEW*NEW#``, ``*33*PASSWORD#``; 3GPP TS 22.030 6.5.2 and 6.5.4).

From there on every value is hidden, up to the end of the command, but numbers of at most three digits: none of these
specifications takes so short a secret. Of what is no command by its quotes everything is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from simcom_async.at.squeeze import Squeezed, squeezed

__all__ = [
    "enters_secret",
    "secret_shapes",
    "shows_undeclared",
    "suspicious",
    "undeclared_secrets",
    "undeclared_values",
]

_SAYS = re.compile(rb"AUTH|PASS|PWD|PW\Z|PIN(?!G|FO|IT)|PUK|KEY|PSK|LOGIN|SECRET|TOKEN|CRED", re.IGNORECASE)
#: The first parameter, counted from 0, that may be a secret.
_FROM = {
    b"CLCK": 2,  # 3GPP TS 27.007 7.4: facility, mode, password
    b"CPWD": 1,  # 7.5: facility, old and new password
    b"CACM": 0,  # 8.25: password
    b"CAMM": 1,  # 8.26: maximum, password
    b"CPUC": 2,  # 8.27: currency, price, password
    b"CMAR": 0,  # 8.36: phone lock code
    b"CSIM": 1,  # 8.17: an APDU, VERIFY with its PIN among them
    b"CGLA": 2,  # 8.43: the same
    b"CSTT": 1,  # SIM800 AT manual 8.2.9: access point, user, password
    b"POP3SRV": 1,  # SIM900 e-mail manual 2.16: server, user, password
    b"SSLSETCERT": 1,  # SIM800 AT manual: file, password of the certificate
    b"BTPAIR": 2,  # SIM800 Bluetooth manual: mode, device, passkey
    b"BTPAIRCFG": 1,  # mode, PIN
    b"CMQTTCONNECT": 4,  # SIM7500 and SIM7600 AT manual: client, server, seconds, clean, user, password
    b"CNCFG": 2,  # SIM7000 AT manual: context, protocol, access point, user, password
    b"CWJAP": 1,  # access points: name, password
    b"CWSAP": 1,
    b"CWSTACFG": 1,
}
#: They show the settings of all names at once, passwords among them.
_SHOWN = frozenset({b"SMCONF", b"SHCONF", b"SHAHEAD", b"SAPBR"})
_WORD = re.compile(rb"[A-Z][A-Z0-9_ -]{0,31}", re.IGNORECASE)
_NAMES_NEXT = re.compile(_SAYS.pattern + rb"|COOKIE|USERDATA", re.IGNORECASE)
_NAME = re.compile(rb"([A-Z][A-Z0-9!%./:_-]*)(=\?|\?|=|\Z)", re.IGNORECASE)
_COMMAND = re.compile(rb'(?:"[^"]*"|[^";])+')
_VALUES = re.compile(rb'(?:"[^"]*"|[^",]*)(?:,(?:"[^"]*"|[^",]*))*')
_VALUE = re.compile(rb'(?:"[^"]*"|[^",]+|(?=,|\Z))(?:,|\Z)')
_SHORT_NUMBER = re.compile(rb"[0-9]{1,3}")
_USER = re.compile(rb"://([^/?#\"@\s]+)@")
_CODE = re.compile(rb"[*#]{1,2}(?:0[345]2?|3(?:3[0-3]?|5[13]?))\*([^#\";]+)")
_IN_NAMES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!%./:_-"
_LONG = 4  # what is shorter is hidden with its quotes, that it may be found in other places as little as can be


def undeclared_secrets(line: bytes) -> tuple[bytes, ...]:
    """What may be a secret in a command line without its AT, as it stands there."""
    plain = Squeezed(line)
    found = [plain.original(start, end) for start, end in _suspected(plain.text)]
    return tuple(dict.fromkeys((*found, *_shapes(plain))))


def secret_shapes(line: bytes) -> tuple[bytes, ...]:
    """What is a secret by its shape alone: this holds of commands that are declared as well."""
    return tuple(dict.fromkeys(_shapes(Squeezed(line))))


def shows_undeclared(line: bytes) -> bool:
    """Whether the reply to a command line may show a secret: something that holds one is read back."""
    text = squeezed(line)
    for command in _COMMAND.findall(text):
        name = _NAME.search(command)
        if name is not None and name[2] in (b"?", b"") and (name[1].upper() in _SHOWN or _first(name[1]) is not None):
            return True
    return False


def suspicious(line: bytes) -> bool:
    """Whether a secret may follow in a line that has been typed up to here."""
    text = squeezed(line)
    name = _last_name(text)
    named = name is not None and _first(name) is not None
    return named or text.endswith(b"://") or _CODE.search(text + b"x") is not None


def undeclared_values(text: bytes) -> Iterator[bytes]:
    """Everything in a line of a reply that may be a secret: all its values but short numbers."""
    plain = Squeezed(text)
    if plain.text.count(b'"') % 2 or not _VALUES.fullmatch(plain.text):
        yield text
        return
    for start, end in _hidden(plain.text, 0, 0):
        yield plain.original(start, end)


def enters_secret(line: bytes) -> int:
    """How many bytes of a key or a certificate are to be handed over behind a command line; 0: none, or nobody knows.

    The name says it (``+CCERTDOWN="key.pem",1679``), and the last parameter is their number.
    """
    found = re.search(rb"(?:CERT|KEY|PSK)[A-Z0-9]*=.*?,([0-9]{1,6})\Z", squeezed(line), re.IGNORECASE)
    return 0 if found is None else int(found[1])


def _shapes(plain: Squeezed) -> Iterator[bytes]:
    return (plain.original(*found.span(1)) for shape in (_USER, _CODE) for found in shape.finditer(plain.text))


def _suspected(text: bytes) -> Iterator[tuple[int, int]]:
    """Where the values stand that may be secrets."""
    if text.count(b'"') % 2:
        start = text.find(b"=") + 1
        if 0 < start < len(text) and (_NAMES_NEXT.search(text) or any(name in text.upper() for name in _FROM)):
            yield start, len(text)
        return
    for command in _COMMAND.finditer(text):
        name = _NAME.search(command[0].partition(b'"')[0])
        if name is None or name[2] != b"=":
            continue
        start = command.start() + name.end()
        if _VALUES.fullmatch(text, start, command.end()):
            yield from _hidden(text[: command.end()], start, _first(name[1]))
        elif start < command.end() and (_NAMES_NEXT.search(command[0]) or _first(name[1]) is not None):
            yield start, command.end()


def _hidden(text: bytes, start: int, first: int | None) -> Iterator[tuple[int, int]]:
    """The values from number ``first`` on, or from behind the one that names what follows."""
    for number, found in enumerate(_VALUE.finditer(text, start)):
        value = found[0].rstrip(b",") if not found[0].startswith(b'"') else found[0][: found[0].rfind(b'"') + 1]
        begin, end = found.start(), found.start() + len(value)
        if first is not None and number >= first:
            inner = value.strip(b'"')
            if inner and not _SHORT_NUMBER.fullmatch(value):
                quotes = value.startswith(b'"') and len(inner) >= _LONG
                yield begin + quotes, end - quotes
        elif _WORD.fullmatch(value.strip(b'"')) and _NAMES_NEXT.search(value.strip(b'"')):
            first = number + 1


def _first(name: bytes) -> int | None:
    """The first parameter of a command that may be a secret; None: none by its name."""
    return _FROM.get(name.upper(), 0 if _SAYS.search(name) else None)


def _last_name(text: bytes) -> bytes | None:
    """The name of the command of which the equals sign has just been typed."""
    if not text.endswith(b"="):
        return None
    start = text[:-1]
    return start[len(start.rstrip(_IN_NAMES)) :]
