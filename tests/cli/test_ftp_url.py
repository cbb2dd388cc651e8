from __future__ import annotations

import click
import pytest

from simcom_async.cli.ftp_url import FtpUrl, entries, expanded, is_url
from simcom_async.cli.status import Refused
from simcom_async.modem import open_modem
from simcom_async.sites import FtpSite
from tests.cli.conftest import VIRTUAL


@pytest.mark.parametrize(
    ("text", "host", "port", "path"),
    [
        ("ftp://example.com", "example.com", 21, "/"),
        ("ftp://example.com/", "example.com", 21, "/"),
        ("FTP://example.com:2121/a/b.txt", "example.com", 2121, "/a/b.txt"),
        ("ftps://example.com/a", "example.com", 990, "/a"),
        ("ftp://[::1]:21/a", "::1", 21, "/a"),
        ("ftp://example.com/a%20b/%2A;type=i#1", "example.com", 21, "/a b/*;type=i#1"),
        ("ftp://example.com//etc/a", "example.com", 21, "//etc/a"),
        ("ftp://example.com/%C3%A4", "example.com", 21, "/ä"),
        ("ftp://example.com/%E4%C3%A4%ff", "example.com", 21, "/\udce4ä\udcff"),
    ],
)
def test_a_url_is_read(text: str, host: str, port: int, path: str) -> None:
    url = FtpUrl.of(text)
    assert (url.host, url.port, url.path, url.pattern) == (host, port, path, None)
    assert url.tls is text.startswith("ftps")
    assert (url.user, url.password) == (None, None)


def test_a_user_may_be_in_it_and_is_not_shown() -> None:
    url = FtpUrl.of("ftp://me%40here:p%3Aw@example.com/a")
    assert (url.user, url.password) == ("me@here", "p:w")
    assert url.at("/b c") == "ftp://example.com:21/b%20c"
    assert "p:w" not in repr(url)
    assert "me@here" not in repr(url)
    url = FtpUrl.of("ftp://%E4:%FF@example.com/%E4")
    assert (url.user, url.password, url.at(url.path)) == ("\udce4", "\udcff", "ftp://example.com:21/%E4")


def test_a_url_of_an_address() -> None:
    assert FtpUrl.of("ftps://[::1]/a").at("/a") == "ftps://[::1]:990/a"


@pytest.mark.parametrize(
    "text",
    [
        "http://example.com/a",
        "ftp://",
        "ftp:///a",
        "ftp://secret@/a",
        "ftp://u:secret@example.com:x/a",
        "ftp://u:secret@example.com:0/a",
        "ftp://u:secret@example.com:70000/a",
        "ftp://u:secret@[::1/a",
        "ftp://u:secret?@example.com/a",
        "ftp://u:secret@example.com/*/a",
        "example.com/a",
    ],
)
def test_what_is_none_is_refused_without_the_secret(text: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        FtpUrl.of(text)
    assert "secret" not in caught.value.format_message()


@pytest.mark.parametrize(
    ("pattern", "meant", "not_meant"),
    [
        ("*", ("a", "app.log"), (".hidden",)),
        (".*", (".hidden",), ("a",)),
        ("app?.log", ("app1.log",), ("app.log", "app12.log")),
        ("a[0-9]", ("a7",), ("ab",)),
        ("*%2A", ("x*",), ("xy",)),
        ("%5Ba%5D*", ("[a]x",), ("ax",)),
        ("%E4*", ("\udce4.log",), ("ä.log", "\ufffd.log")),
    ],
)
def test_patterns(pattern: str, meant: tuple[str, ...], not_meant: tuple[str, ...]) -> None:
    url = FtpUrl.of(f"ftp://example.com/logs/{pattern}")
    assert url.directory == "/logs/"
    assert [name for name in (*meant, *not_meant) if url.matches(name)] == list(meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ftp://a/x", "ftp://b/x"),
        ("ftp://a/x", "ftp://a:2121/x"),
        ("ftp://a:21/x", "ftps://a:21/x"),
        ("ftp://u@a/x", "ftp://v@a/x"),
    ],
)
def test_servers_differ(one: str, other: str) -> None:
    assert FtpUrl.of(one).server != FtpUrl.of(other).server
    assert FtpUrl.of(one).server == FtpUrl.of(one + "y").server


def test_what_is_a_url() -> None:
    assert is_url("ftp://a/b")
    assert not is_url("a/b:c")


LISTED = b"-rw-r--r-- 1 u g 3 Nov 28 2025 /logs/../../a.log\r\ndrwxr-xr-x 1 u g 3 Nov 28 2025 b.log\r\nodd.log\r\n"


async def test_a_pattern_means_files_by_their_own_names() -> None:
    """Whatever a server lists: a name is no path, a directory and an unknown line are no files."""
    async with FtpSite() as site, open_modem(VIRTUAL, apn="internet") as modem:
        site.mkdir("/logs")
        site.listings["/logs/"] = site.listings["/logs"] = LISTED
        async with modem.ftp(site.host, site.port, user="user", password="secret") as ftp:
            url = FtpUrl.of(f"{site.url}/logs/*.log")
            assert await expanded(ftp, url, None) == ["/logs/a.log"]
            assert [entry.kind.value for entry in await entries(ftp, url, None)] == ["file", "directory", "other"]
            with pytest.raises(Refused, match=r"nothing there matches none\*"):
                await entries(ftp, FtpUrl.of(f"{site.url}/logs/none*"), None)
            with pytest.raises(Refused, match="no file there matches b"):
                await expanded(ftp, FtpUrl.of(f"{site.url}/logs/b*"), None)
            assert await expanded(ftp, FtpUrl.of(f"{site.url}/logs/none"), None) == ["/logs/none"]
