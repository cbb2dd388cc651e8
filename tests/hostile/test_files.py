"""Recordings and files of faults that are none: a sentence and exit status 2, in a bounded time and memory."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from simcom_async.cli.program import run
from simcom_async.ports.record import RECORDING_LIMIT
from simcom_async.virtual.faults import FILE_LIMIT
from tests.hostile.sample import sampled

HEADER = '{"simcom_recording": 1, "dialect": "sim800", "started": null}\n'
DIGITS = "9" * 5_000
#: Seconds for a file, whatever it holds.
LIMIT = 10.0


def entry(**fields: object) -> str:
    return json.dumps({"t": None, "dir": "rx", "data": "x"} | fields) + "\n"


NO_RECORDINGS: dict[str, bytes] = {
    "nothing": b"",
    "NUL": b"\0" * 10_000,
    "no text": bytes(range(256)) * 40,
    "another header": b"{}\n",
    "another version": b'{"simcom_recording": 2}\n',
    "a header of a list": b"[1]\n",
    "brackets without an end": b"[" * 1_000_000,
    "objects in objects": b'{"a":' * 100_000,
    "a line of a megabyte": b"x" * 1_000_000,
    "a dialect that there is none of": b'{"simcom_recording": 1, "dialect": "' + b"x" * 1_000 + b'"}\n',
    "a dialect that is a number": b'{"simcom_recording": 1, "dialect": 5}\n',
    "a number of thousands of digits": f'{HEADER}{{"t": {DIGITS}, "dir": "rx", "data": "x"}}\n'.encode(),
    "a time beyond all": (HEADER + '{"t": ' + "9" * 400 + ', "dir": "rx", "data": "x"}\n').encode(),
    "a negative time": (HEADER + entry(t=-1)).encode(),
    "no number for a time": (HEADER + '{"t": NaN, "dir": "rx", "data": "x"}\n').encode(),
    "another direction": (HEADER + entry(dir="x" * 100_000)).encode(),
    "data of numbers": (HEADER + entry(data=[1] * 100_000)).encode(),
    "characters that are no bytes": (HEADER + entry(data="\u20ac")).encode(),
    "half of a pair": (HEADER + r'{"t": 0, "dir": "rx", "data": "\ud800"}' + "\n").encode(),
}
NO_FAULTS: dict[str, bytes] = {
    "no text": b"\xff\xfe" * 5_000,
    "no TOML": b"[[fault" * 1_000,
    "arrays without an end": b"seed = " + b"[" * 100_000,
    "a seed of thousands of digits": b"seed = " + DIGITS.encode(),
    "a kind of a megabyte": b'[[fault]]\nkind = "' + b"x" * 900_000 + b'"\n',
    "more than a megabyte": b"#" * (FILE_LIMIT + 1),
    "a time that is infinite": b'[[fault]]\nkind = "reset"\nat = inf\n',
    "a negative time": b'[[fault]]\nkind = "reset"\nat = -1\n',
    "a count of 5,000 digits": b'[[fault]]\nkind = "split"\nsize = ' + DIGITS.encode(),
    "dates": b'[[fault]]\nkind = "reset"\nat = 2020-01-01\n',
}


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    started = time.process_time()
    assert run(list(arguments)) == 2
    assert time.process_time() - started < LIMIT
    said = capsys.readouterr().err
    assert said.strip()
    assert "Traceback" not in said
    assert "--help" not in said
    assert len(said) < 5_000
    return said


@pytest.mark.parametrize("verb", ["explain", "replay"])
@pytest.mark.parametrize("what", sampled(NO_RECORDINGS, 2))
def test_what_is_no_recording_is_refused_in_a_sentence(
    what: str, verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if verb == "replay" and what == "a dialect that there is none of":
        return  # it plays what was said, whatever that means
    (file := tmp_path / "x.jsonl").write_bytes(NO_RECORDINGS[what])
    refused(capsys, verb, str(file))


@pytest.mark.parametrize("what", sampled(NO_FAULTS, 2, 1))
def test_what_are_no_faults_is_refused_in_a_sentence(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file := tmp_path / "x.toml").write_bytes(NO_FAULTS[what])
    refused(capsys, "virtual", "--dialect", "sim800", "--pty", "--faults", str(file))


def test_a_file_without_an_end_is_read_as_far_as_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert str(FILE_LIMIT) in refused(capsys, "virtual", "--dialect", "sim800", "--pty", "--faults", "/dev/zero")
    with (file := tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(RECORDING_LIMIT + 1)
    assert str(RECORDING_LIMIT) in refused(capsys, "explain", str(file))


@pytest.mark.parametrize("name", sampled(["sim800", "sim7100", "general"], 3))
def test_whatever_a_recording_holds_it_is_explained(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        entry(dir="tx", data="AT+" + "X" * 10_000 + "\r"),
        entry(dir="tx", data="\r\r\rAT;;;;=\r"),
        entry(data="\r\n+HTTPREAD: 99999999999\r\n\r\n+HTTPREAD: -1\r\n" + "\x00\xff" * 5_000),
        entry(data="\r\n+CME ERROR: " + DIGITS + "\r\n+SAPBR 1: DEACT\r\nOK\r\n> > > "),
        entry(dir="tx", data='AT+CMGS="' + "1" * 9_999),
        entry(data="x" * 100_000),
        entry(dir="tx", data="A/A/A/\r\r"),
        entry(data="\r" * 20_000),
    ]
    (file := tmp_path / "x.jsonl").write_text(HEADER + "".join(lines) * 3)
    started = time.process_time()
    assert run(["explain", "--dialect", name, str(file)]) == 0
    assert time.process_time() - started < LIMIT
    assert capsys.readouterr().out
