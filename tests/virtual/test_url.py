import pytest

from simcom_async.virtual.url import Target


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://www.sim.com/a?b=c", "http://www.sim.com/a?b=c"),
        ("HTTP://www.sim.com", "http://www.sim.com/"),
        ("www.sim.com", "http://www.sim.com/"),
        ("www.sim.com:8080/x", "http://www.sim.com:8080/x"),
        ("http://www.sim.com/x:8080", "http://www.sim.com:8080/x"),
        ("www.sim.com:81/x:8080", "http://www.sim.com:81/x:8080"),
        ("www.sim.com/x:y", "http://www.sim.com/x:y"),
        ("https://www.sim.com", "https://www.sim.com/"),
        ("https://www.sim.com:443/", "https://www.sim.com/"),
        ("http://user:word@www.sim.com/", "http://www.sim.com/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("www.sim.com?q=1", "http://www.sim.com/?q=1"),
        ("www.sim.com/a b", "http://www.sim.com/a%20b"),
        ("www.sim.com/a%20b#part", "http://www.sim.com/a%20b"),
    ],
)
def test_forms(text: str, shown: str) -> None:
    assert str(Target.of(text)) == shown


@pytest.mark.parametrize("text", ["", "http://", ":80", "/path", "http://h:99999/", "http://h:0/", "http://a b:c/"])
def test_what_names_no_host_is_nothing(text: str) -> None:
    assert Target.of(text) is None


def test_the_setting_makes_https_of_http() -> None:
    target = Target.of("http://www.sim.com/x", tls=True)
    assert target is not None
    assert target.secure
    assert (target.port, target.authority) == (443, "www.sim.com")


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("/b", "http://www.sim.com:81/b"),
        ("b?c", "http://www.sim.com:81/a/b?c"),
        ("https://other.example/", "https://other.example/"),
        ("//other.example/x", "http://other.example/x"),
    ],
)
def test_redirects_are_relative(location: str, shown: str) -> None:
    target = Target.of("www.sim.com:81/a/x")
    assert target is not None
    assert str(target.redirected(location)) == shown


@pytest.mark.parametrize("location", ["http://[", "http://[x]/", "http://\u2100/"])
def test_a_redirect_to_what_is_no_url_leads_nowhere(location: str) -> None:
    target = Target.of("www.sim.com/")
    assert target is not None
    assert target.redirected(location) is None


def test_brackets_alone_are_no_host() -> None:
    assert Target.of("http://[[]/") is None
