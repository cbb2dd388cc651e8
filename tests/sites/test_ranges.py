from __future__ import annotations

import pytest

from simcom_async.sites.ranges import byte_range


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-499", range(0, 500)),
        ("bytes=2000-", range(2000, 16384)),
        ("bytes=-1", range(16383, 16384)),
        ("bytes=-99999", range(0, 16384)),
        ("bytes=16000-99999", range(16000, 16384)),
        ("bytes=5-5", range(5, 6)),
    ],
)
def test_one_range(header: str, wanted: range) -> None:
    assert byte_range(header, 16384) == wanted


@pytest.mark.parametrize("header", ["bytes=16384-", "bytes=99999-100000", "bytes=-0"])
def test_outside_is_an_empty_range(header: str) -> None:
    asked = byte_range(header, 16384)
    assert asked is not None
    assert not asked


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes=",
        "bytes=-",
        "bytes=9-5",
        "lines=1-2",
        "bytes=1-2,4-5",
        "bytes=x-y",
        pytest.param(f"bytes={'9' * 5_000}-", id="without-end"),
    ],
)
def test_anything_else_asks_for_the_whole(header: str | None) -> None:
    assert byte_range(header, 16384) is None
