from __future__ import annotations

import pytest

from simcom_async.commands.ftp import FtpCode
from simcom_async.virtual.ftp_failure import BoundlessReply, Codes, FtpFailure, code_of
from simcom_async.virtual.internet import ConnectFailed, NameNotResolved, NetworkFailure, SilentServer, StackBusy


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (NameNotResolved(), FtpCode.DNS_ERROR),
        (SilentServer(), FtpCode.TIMEOUT),
        (ConnectFailed(), FtpCode.NETWORK_ERROR),
        (StackBusy(), FtpCode.NETWORK_ERROR),
        (FtpFailure(FtpCode.UPLOAD_ERROR, "552"), FtpCode.UPLOAD_ERROR),
    ],
)
def test_causes_have_codes_unless_the_bearer_has_gone(failure: NetworkFailure, code: FtpCode) -> None:
    assert code_of(failure, bearer_open=True) is code
    assert code_of(failure, bearer_open=False) is FtpCode.NETWORK_ERROR


def test_what_it_says() -> None:
    failure = FtpFailure(FtpCode.UPLOAD_ERROR, "552")
    assert (failure.code, failure.reply, str(failure)) == (FtpCode.UPLOAD_ERROR, "552", "UPLOAD_ERROR: 552")


def test_families_have_codes_of_their_own() -> None:
    codes = Codes(
        refusals={FtpCode.USER_ERROR: "login", FtpCode.REPLY_ERROR: "reply"},
        causes=((BoundlessReply, "memory"), (SilentServer, "silence"), (NetworkFailure, "any")),
        network="network",
    )
    for failure, code in (
        (FtpFailure(FtpCode.USER_ERROR), "login"),
        (FtpFailure(FtpCode.REPLY_ERROR), "reply"),
        (BoundlessReply(FtpCode.REPLY_ERROR), "memory"),
        (SilentServer(), "silence"),
        (ConnectFailed(), "any"),
    ):
        assert codes.of(failure, up=True) == code
        assert codes.of(failure, up=False) == "network"
