"""What a virtual modem can be told: the keys of ``simcom virtual --set`` and of VirtualModem, one list for both."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from simcom_async.errors import UsageError

__all__ = ["Options"]

_IMEI_BODY = "86995103"
_ICCID_BODY = "8986001120"


def _no_pace(value: object) -> object:
    return None if value == "unlimited" else value


def _never(value: object) -> object:
    return None if value in ("never", "") else value


Seconds = Annotated[float, Field(ge=0)]
PositiveSeconds = Annotated[float | None, Field(gt=0), BeforeValidator(_never)]
TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"] | None
Digits = Annotated[str, Field(pattern=r"^[0-9]+$")]


class Options(BaseModel):
    """The personality of one virtual modem. Values may be given as text, as on the command line.

    ``urc_delay``: seconds at least between the final result of a command that starts an operation and its first URC.
    ``repeat``, ``unread_timeout``, ``network_timeout``: seconds, None: as the family has it. ``bearer_lifetime``:
    seconds after which the network drops an open bearer, None: never. ``baud``: pacing in bit/s, None: none. ``boot``:
    ``ready`` as if switched on a while ago, ``cold`` with boot lines on connect, ``off``. ``autobaud``: how many AT go
    unanswered first. ``wire``: as real firmware prints, or as documented. ``cmee``: +CMEE at power-on, None: as the
    family has it. ``space``: bytes of each drive of its file system. ``pin``: asked for at power-on. ``rssi``: as +CSQ
    shows it. ``tls_verify``: ``off`` (any certificate will do, as for real modules), or a file of CA certificates.
    ``tls_minimum``, ``tls_maximum``: the versions of TLS that it speaks, None: no bound. ``lower_case``: AT+CHTTPACT
    hands on status lines and header names in lower case, as some firmware does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    urc_delay: Seconds = 1.5
    repeat: PositiveSeconds = None
    unread_timeout: PositiveSeconds = None
    network_timeout: PositiveSeconds = None
    bearer_lifetime: PositiveSeconds = None
    echo: bool = True
    baud: Annotated[int | None, Field(gt=0), BeforeValidator(_no_pace)] = None
    boot: Literal["ready", "cold", "off"] = "ready"
    autobaud: Annotated[int, Field(ge=0)] = 0
    wire: Literal["real", "documented"] = "real"
    cmee: Annotated[int | None, Field(ge=0, le=2)] = None
    space: Annotated[int, Field(gt=0)] = 33_554_432
    pin: Annotated[Digits | None, Field(min_length=4, max_length=8)] = None
    imei: Annotated[Digits, Field(min_length=15, max_length=15)] = "869951030000008"
    iccid: Annotated[Digits, Field(min_length=19, max_length=20)] = "89860011200000000004"
    operator: Annotated[str, Field(min_length=1, max_length=32, pattern=r'^[^"\x00-\x1f]+$')] = "Loopback"
    rssi: Annotated[int, Field(ge=0, le=99)] = 21
    tls_verify: Annotated[str, Field(min_length=1)] = "off"
    tls_minimum: TlsVersion = None
    tls_maximum: TlsVersion = None
    lower_case: bool = False

    @classmethod
    def of(cls, values: Mapping[str, object], *, seed: int = 0) -> Self:
        """The options of these values; ``seed`` numbers the identities that are not given. Raises UsageError."""
        chosen = {"imei": _numbered(_IMEI_BODY, 14, seed), "iccid": _numbered(_ICCID_BODY, 19, seed), **values}
        try:
            return cls.model_validate(chosen)
        except ValidationError as error:
            raise _refusal(error) from error

    @classmethod
    def pairs(cls, texts: Iterable[str]) -> dict[str, object]:
        """The values of ``KEY=VALUE`` texts, as --set has them. Raises UsageError for another shape."""
        found: dict[str, object] = {}
        for text in texts:
            key, equals, value = text.partition("=")
            if not equals:
                raise UsageError(f"{text!r} is not KEY=VALUE", field=key, value=text, allowed="KEY=VALUE")
            found[key.strip()] = value.strip()
        return found


def _numbered(body: str, length: int, seed: int) -> str:
    """Digits that begin with ``body``, differ with ``seed``, and end with their Luhn check digit."""
    digits = body + str(seed % 10 ** (length - len(body))).zfill(length - len(body))
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    return digits + str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def _refusal(error: ValidationError) -> UsageError:
    first = error.errors(include_url=False, include_input=False)[0]
    key = str(first["loc"][0]) if first["loc"] else "options"
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(Options.model_fields)
        return UsageError(f"{key} is no option of a virtual modem, there are {allowed}", field=key, allowed=allowed)
    return UsageError(f"{key}: {first['msg']}", field=key, allowed=first["msg"])
