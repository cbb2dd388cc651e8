import pytest

from simcom_async.errors import UsageError
from simcom_async.virtual.options import Options


def test_the_defaults_are_those_of_a_module_that_stands_alone() -> None:
    options = Options.of({})
    assert options.urc_delay == 1.5
    assert options.echo is True
    assert options.baud is None
    assert (options.boot, options.wire, options.tls_verify) == ("ready", "real", "off")
    assert options.repeat is options.unread_timeout is options.network_timeout is options.bearer_lifetime is None
    assert options.cmee is options.pin is options.tls_minimum is options.tls_maximum is None
    assert options.lower_case is False
    assert options.space == 32 * 1024 * 1024


def test_values_may_be_text() -> None:
    options = Options.of(
        {
            "urc_delay": "0",
            "echo": "off",
            "baud": "9600",
            "autobaud": "3",
            "cmee": "2",
            "pin": "1234",
            "rssi": "31",
            "bearer_lifetime": "2.5",
        }
    )
    assert (options.urc_delay, options.echo, options.baud, options.autobaud) == (0.0, False, 9600, 3)
    assert (options.cmee, options.pin, options.rssi, options.bearer_lifetime) == (2, "1234", 31, 2.5)


def test_words_for_none() -> None:
    options = Options.of({"baud": "unlimited", "bearer_lifetime": "never"})
    assert options.baud is None
    assert options.bearer_lifetime is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("urc_delay", -1),
        ("urc_delay", "soon"),
        ("baud", 0),
        ("boot", "warm"),
        ("autobaud", -1),
        ("wire", "real "),
        ("tls_minimum", "1.4"),
        ("tls_maximum", "3"),
        ("space", 0),
        ("cmee", 3),
        ("pin", "12"),
        ("pin", "abcd"),
        ("imei", "12345"),
        ("imei", "\N{ARABIC-INDIC DIGIT THREE}" * 15),
        ("iccid", "x" * 20),
        ("rssi", 100),
        ("operator", 'a"b'),
        ("echo", "maybe"),
        ("network_timeout", 0),
        ("no_such_key", 1),
    ],
)
def test_what_is_not_allowed_is_named(key: str, value: object) -> None:
    with pytest.raises(UsageError) as caught:
        Options.of({key: value})
    assert caught.value.field == key
    assert key in str(caught.value)


def test_an_unknown_key_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="bearer_lifetime"):
        Options.of({"speed": 1})


def test_the_seed_numbers_the_identities() -> None:
    one, two = Options.of({}, seed=1), Options.of({}, seed=2)
    assert one.imei != two.imei
    assert one.iccid != two.iccid
    assert Options.of({}, seed=1) == one
    assert Options.of({"imei": "490154203237518"}, seed=1).imei == "490154203237518"


@pytest.mark.parametrize("seed", range(20))
def test_the_identities_end_with_their_check_digit(seed: int) -> None:
    options = Options.of({}, seed=seed)
    assert (len(options.imei), len(options.iccid)) == (15, 20)
    for number in (options.imei, options.iccid):
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
        assert sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def test_pairs_are_split_at_the_first_equals_sign() -> None:
    assert Options.pairs(["urc_delay=0", "operator = A=B"]) == {"urc_delay": "0", "operator": "A=B"}


def test_a_pair_needs_an_equals_sign() -> None:
    with pytest.raises(UsageError, match="KEY=VALUE"):
        Options.pairs(["echo"])
