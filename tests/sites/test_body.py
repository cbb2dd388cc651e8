from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from simcom_async.sites import Body, generated
from simcom_async.sites.body import PERIOD


def test_generated_holds_every_value() -> None:
    assert set(generated(0, PERIOD)) == set(range(256))


@given(start=st.integers(0, 3 * PERIOD), first=st.integers(0, 2 * PERIOD), second=st.integers(0, 500))
def test_generated_does_not_depend_on_the_cuts(start: int, first: int, second: int) -> None:
    whole = generated(start, first + second)
    assert len(whole) == first + second
    assert whole == generated(start, first) + generated(start + first, second)


def test_neighbouring_buffers_differ() -> None:
    assert len({generated(start, 1024) for start in range(0, 64 * 1460, 1460)}) == 64


def test_given_bytes() -> None:
    body = Body.of(b"abcdef")
    assert (body.length, body.read(2, 3), body.read(5, 9), body.read(9, 1)) == (6, b"cde", b"f", b"")
    assert body.checksum == hashlib.sha256(b"abcdef").hexdigest()


def test_checksum_of_a_generated_body() -> None:
    assert Body(200_000).checksum == hashlib.sha256(generated(0, 200_000)).hexdigest()


def test_etags_name_the_version() -> None:
    tags = [Body.of(b"a").etag, Body.of(b"b").etag, Body(10).etag, Body(11).etag]
    assert len(set(tags)) == 4
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)
    assert Body.of(b"a").etag == Body.of(b"a").etag
