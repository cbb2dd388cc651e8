"""The SIM7100's FTP and FTPS examples and the verbs of sessions."""

from __future__ import annotations

from collections.abc import Mapping

from tests.judge.verb import Verb

__all__ = ["NO_VERB", "VERBS", "WAITING"]

VERBS: Mapping[str, Verb] = {}
#: Examples of what FtpSession will do over this series; its flows do not exist yet. Whoever writes them moves each to
#: VERBS: nothing stays.
WAITING = frozenset(
    {
        *(
            f"sim7100-ftp-{name}"
            for name in ("cftpget", "cftpget-failed", "cftpput", "cftpput-coding", "cftpput-failed")
        ),
        *(f"sim7100-ftp-{name}" for name in ("cftpgetfile", "cftpputfile", "cftplist", "cftpmkd", "cftpmkd-exists")),
        *(f"sim7100-ftp-{name}" for name in ("cftprmd", "cftpdele", "cftpdele-absent", "cftpgetfile-errors")),
        "sim7100-ftp-cftpput-failed",
        *(f"sim7100-ftps-{name}" for name in ("cftpsstart", "cftpslogin", "cftpslogin-badpassword", "cftpslogout")),
        *(f"sim7100-ftps-{name}" for name in ("cftpsget", "cftpsput", "cftpsgetfile", "cftpsputfile", "cftpslist")),
        *(f"sim7100-ftps-{name}" for name in ("cftpsmkd", "cftpsrmd", "cftpsdel", "cftpsstop", "cftpscwd", "cftpspwd")),
        *(f"sim7100-ftps-{name}" for name in ("cftpstype", "cftpssingleip")),
    }
)
NO_VERB = frozenset(
    {
        # what a session never does: ask for what it has set itself, wrong values, commands in the wrong state
        *(f"sim7100-ftp-{name}" for name in ("cftpport", "cftpmode", "cftptype", "cftpserv", "cftpun", "cftppw")),
        *("sim7100-ftp-cftpgetfile-refused", "sim7100-ftp-testforms"),
        *("sim7100-ftps-cftpslogin-notstarted", "sim7100-ftps-testforms"),
    }
)
