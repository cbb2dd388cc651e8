"""Dovecot's POP3 server (Debian: dovecot-pop3d) on loopback: the strict peer beside Pop3Site. It needs root."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

import trustme

__all__ = ["MISSING", "Dovecot"]

_PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
_POP3 = Path("/usr/lib/dovecot/pop3")
#: Why there is none here; empty where there is.
MISSING = "" if _PROGRAM and _POP3.exists() and os.geteuid() == 0 else "dovecot-pop3d is not installed, or no root"
#: Seconds that it has to start.
_BOOT = 60.0
#: Mail belongs to this user (Debian's nobody).
_USER, _GROUP = 65534, 65534
_CONFIGURATION = """\
protocols = pop3
listen = 127.0.0.1
base_dir = {run}
state_dir = {run}
log_path = {run}/dovecot.log
disable_plaintext_auth = no
auth_failure_delay = 0
ssl = yes
ssl_cert = <{run}/certificate.pem
ssl_key = <{run}/key.pem
ssl_dh =
mail_location = maildir:{mail}/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
maildir_very_dirty_syncs = yes
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={mail}/%u
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {port}
  }}
  inet_listener pop3s {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


class Dovecot:
    """A Dovecot with the mails of ``user`` in a folder of its own."""

    user, password = "user", "secret"

    def __init__(self, mails: Iterable[bytes] = ()) -> None:
        self._mails = list(mails)

    async def __aenter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="simcom-dovecot-"))
        self._folder.chmod(0o755)
        self.port, self.tls_port = _free(), _free()
        self._prepare()
        assert _PROGRAM is not None
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            notices.bind(str(self._folder / "notices"))
            notices.setblocking(False)
            self._process = await asyncio.create_subprocess_exec(
                _PROGRAM,
                "-F",
                "-c",
                str(self._folder / "dovecot.conf"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "NOTIFY_SOCKET": notices.getsockname()},
            )
            try:
                async with asyncio.timeout(_BOOT):
                    await self._up(notices)
            except BaseException:
                await self.__aexit__()
                raise
        return self

    async def __aexit__(self, *failure: object) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)  # the master ends its children
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def mails(self) -> list[bytes]:
        """What is in the box, in order."""
        box = self._folder / "mail" / self.user
        files = sorted((*(box / "new").iterdir(), *(box / "cur").iterdir()), key=lambda file: file.name)
        return [file.read_bytes() for file in files]

    def _prepare(self) -> None:
        box = self._folder / "mail" / self.user
        for name in ("new", "cur", "tmp"):
            (box / name).mkdir(parents=True)
        for number, mail in enumerate(self._mails, 1):
            (box / "new" / f"{1_000_000_000 + number}.{number}.localhost").write_bytes(mail)
        for path in (self._folder / "mail", *(self._folder / "mail").rglob("*")):
            os.chown(path, _USER, _GROUP)
        run = self._folder / "run"
        run.mkdir()
        certificate = trustme.CA().issue_cert("localhost", "127.0.0.1")
        certificate.cert_chain_pems[0].write_to_path(str(run / "certificate.pem"))
        certificate.private_key_pem.write_to_path(str(run / "key.pem"))
        configuration = _CONFIGURATION.format(
            run=run,
            mail=self._folder / "mail",
            user=_USER,
            group=_GROUP,
            password=self.password,
            port=self.port,
            tls_port=self.tls_port,
        )
        (self._folder / "dovecot.conf").write_text(configuration, encoding="utf-8")

    async def _up(self, notices: socket.socket) -> None:
        """Wait until it says, as services say it to systemd, that it listens."""
        said = asyncio.ensure_future(asyncio.get_running_loop().sock_recv(notices, 1024))
        ended = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait({said, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not said.done() or b"READY=1" not in said.result():
                raise RuntimeError("dovecot does not start")
        finally:
            said.cancel()
            ended.cancel()


def _free() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
