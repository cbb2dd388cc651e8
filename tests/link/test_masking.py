import random
from itertools import pairwise

import pytest

from simcom_async.link.masking import Row, mask, mask_whole

SECRET = b"hunter-two"


def rows_of(*events, guarded=False, reveals=False, entered=False):
    """Rows from ``("rx", data)``; a number is left out."""
    rows = []
    for direction, kept in events:
        row = Row(0.0, direction, kept, 0)
        row.guarded, row.reveals, row.entered = guarded, reveals, entered
        rows.append(row)
    return rows


def masked(*events, secrets=(SECRET,), **marks):
    rows = rows_of(*events, **marks)
    mask(rows, secrets)
    return [row.data for row in rows]


def in_pieces(data, cuts):
    edges = [0, *sorted(cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize("seed", range(40))
def test_a_secret_is_found_however_it_was_cut(seed):
    chance = random.Random(seed)
    data = b"\r\n+X: 1," + SECRET + b",2\r\n" + SECRET[:4] + b"\r\nOK\r\n"
    pieces = in_pieces(data, chance.sample(range(1, len(data)), min(seed, len(data) - 1)))
    shown = masked(*[("rx", piece) for piece in pieces])
    assert [len(piece) for piece in shown] == [len(piece) for piece in pieces]
    assert b"".join(shown) == data.replace(SECRET, b"**********")


def test_directions_do_not_mix():
    assert masked(("rx", b"+ECHO=hun"), ("tx", b"AT\r"), ("rx", b"ter-two\r\n")) == [
        b"+ECHO=***",
        b"AT\r",
        b"*******\r\n",
    ]
    assert masked(("rx", b"+A: hun"), ("tx", b"ter-two\r")) == [b"+A: ***", b"ter-two\r"]


@pytest.mark.parametrize("cut", range(1, len(SECRET)))
def test_what_is_left_of_a_secret_at_a_gap_is_masked(cut):
    whole = b"\r\n+X: " + SECRET + b"\r\nOK\r\n"
    place = 6 + cut
    before, _, behind = masked(("rx", whole[:place]), ("rx", 100), ("rx", whole[place:]))
    assert before == b"\r\n+X: " + b"*" * cut
    assert behind == b"*" * (len(SECRET) - cut) + b"\r\nOK\r\n"
    (alone,) = masked(("rx", SECRET[1:-1]))
    assert set(alone) == {ord("*")}


def test_the_rest_of_a_secret_behind_a_command_that_was_not_kept():
    rows = rows_of(("rx", b"x hun"), ("tx", b"AT\r"), ("rx", b"ter-two y"))
    rows[2].apart = True
    mask(rows, (SECRET,))
    assert [row.data for row in rows] == [b"x ***", b"AT\r", b"******* y"]


def test_where_a_secret_may_stand_all_strings_are_masked():
    reply = b'\r\n+PASS: "user","other\r\n\r\nOK\r\n'
    assert masked(("rx", reply), guarded=True) == [b'\r\n+PASS: "****","*****\r\n\r\nOK\r\n']
    pieces = in_pieces(reply, range(1, len(reply)))
    assert (
        b"".join(masked(*[("rx", piece) for piece in pieces], guarded=True)) == masked(("rx", reply), guarded=True)[0]
    )
    assert masked(("rx", reply)) == [reply]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b'+PASS: "huntertwo"', b"+PASS:************"),
        (b"PWD: huntertwo", b"PWD:**********"),
        (b'+PASS "huntertwo"', b"*****************"),
        (b'"huntertwo": 1', b"**************"),
        (b"huntertwo", b"*********"),
        (b"+CME ERROR: 30", b"+CME ERROR: 30"),
        (b"+CME ERROR: huntertwo", b"+CME ERROR:**********"),
        (b"OK", b"OK"),
        (b"0", b"0"),
        (b"AT+PASS?", b"AT+PASS?"),
    ],
)
def test_of_a_reply_that_reveals_something_tags_are_left_and_results(line, shown):
    """Garbled on the way, what is secret in it looks like nothing that is known."""
    rows = rows_of(("tx", b"AT+PASS?\r"), ("rx", b"\r\n" + line + b"\r\n"), guarded=True, reveals=True)
    rows[0].begins = True
    mask(rows, (SECRET,))
    assert rows[1].data == b"\r\n" + shown + b"\r\n"


def test_of_a_string_without_a_beginning_the_line_goes():
    shown = masked(("rx", b'\r\n+PASS: "oth'), ("rx", 9), ("rx", b'er"\r\n\r\nOK\r\n'), guarded=True)
    assert shown == [b'\r\n+PASS: "***', b"", b"***\r\n\r\nOK\r\n"]


@pytest.mark.parametrize(
    "echo",
    [
        b'AT+PASS="internet","hunteR-two"',
        b'AT+PASS="internet",huntertwo"',
        b'xAT+PASS="internet","hunter-two"',
        b'A+PASS=internet","huntertwo"',
        b'AT+PASS"internet","huntertwo"',
    ],
)
def test_of_an_echo_that_was_garbled_nothing_is_left(echo):
    line = b'AT+PASS="internet","hunter-two"'
    for said, shown in ((echo, b"*" * len(echo)), (line, b'AT+PASS="internet","**********"')):
        rows = rows_of(("tx", line + b"\r"), ("rx", said + b"\r\r\nOK\r\n"), guarded=True)
        rows[0].begins = True
        mask(rows, (SECRET,))
        assert rows[1].data == shown + b"\r\r\nOK\r\n"


def test_lines_with_a_tag_are_left_without_their_strings():
    told = b'\r\n+FTPX: 1,"hunte",2\r\n+FTPY: a=hunte\r\n'
    assert masked(("rx", told), guarded=True) == [b'\r\n+FTPX: 1,"*****",2\r\n+FTPY:********\r\n']


def test_an_entry_that_is_echoed_is_masked_and_what_modules_say_is_not():
    echoed = b"Dear John,\r\nthe code is 4711\r\n\x1a\r\n+CMGS: 4\r\n\r\nOK\r\n"
    (shown,) = masked(("rx", echoed), entered=True)
    assert shown == b"**********\r\n****************\r\n*\r\n+CMGS: 4\r\n\r\nOK\r\n"


def test_whole_secrets_only():
    assert mask_whole(b"a hunter-two b hunter", (SECRET,)) == b"a ********** b hunter"


@pytest.mark.parametrize(
    "secrets", [[b"1234", b"12345678"], [b"12345678", b"1234"], [b"1234", b"345678"], [b"", b"12345678"]]
)
def test_secrets_inside_of_each_other_are_hidden_whole(secrets: list[bytes]) -> None:
    assert mask_whole(b"AT+X=12345678,1", secrets) == b"AT+X=********,1"
