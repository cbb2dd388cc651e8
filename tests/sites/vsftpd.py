"""vsftpd (Debian's package of that name) on loopback: the strict peer beside FtpSite. It needs root, for its chroot."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

__all__ = ["MISSING", "Vsftpd"]

_PROGRAM = shutil.which("vsftpd") or shutil.which("vsftpd", path="/usr/sbin")
_EMPTY = Path("/var/run/vsftpd/empty")
#: Why there is none here; empty where there is.
MISSING = "" if _PROGRAM and os.geteuid() == 0 else "vsftpd is not installed, or this is not root"
_CONFIGURATION = """\
listen=NO
anonymous_enable=YES
local_enable=NO
write_enable=YES
anon_root={root}
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
anon_umask=000
file_open_mode=0666
secure_email_list_enable=YES
email_password_file={passwords}
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
delay_failed_login=0
delay_successful_login=0
ascii_upload_enable=YES
ascii_download_enable=YES
connect_from_port_20=NO
xferlog_enable=NO
secure_chroot_dir={empty}
"""
#: A module does not resume TLS sessions, which vsftpd wants of data connections by itself.
_SECURED = """\
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse={reuse}
implicit_ssl={implicit}
rsa_cert_file={certificate}
rsa_private_key_file={certificate}
ssl_ciphers=HIGH
"""


class Vsftpd:
    """A vsftpd for each connection, as inetd starts it. Everything may be written below ``home``.

    With ``certificate`` (key and certificates as PEM) nothing goes without TLS, which is asked for, or with
    ``implicit`` spoken from the first byte; with ``reuse`` data connections have to resume the session.
    """

    user, password = "anonymous", "secret"
    home = "/pub"

    def __init__(self, *, certificate: bytes | None = None, implicit: bool = False, reuse: bool = False) -> None:
        self._certificate = certificate
        self._implicit = implicit
        self._reuse = reuse

    async def __aenter__(self) -> Self:
        self._prepare()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.address: tuple[str, int] = self._listener.getsockname()
        self.port = self.address[1]
        self._processes: list[asyncio.subprocess.Process] = []
        self._task = asyncio.create_task(self._serve())
        return self

    def _prepare(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="simcom-vsftpd-"))
        self._folder.chmod(0o755)
        self._root = self._folder / "root"
        passwords, self._configuration = self._folder / "passwords", self._folder / "vsftpd.conf"
        passwords.write_text(f"{self.password}\n")
        configuration = _CONFIGURATION.format(root=self._root, passwords=passwords, empty=_EMPTY)
        self._configuration.write_text(configuration + self._secured(), encoding="utf-8")
        _EMPTY.mkdir(parents=True, exist_ok=True)
        self._root.mkdir()
        home = self._root / self.home.lstrip("/")
        home.mkdir()
        home.chmod(0o777)

    def _secured(self) -> str:
        if self._certificate is None:
            return ""
        file = self._folder / "certificate.pem"
        file.write_bytes(self._certificate)
        yes_or_no = {False: "NO", True: "YES"}
        return _SECURED.format(certificate=file, reuse=yes_or_no[self._reuse], implicit=yes_or_no[self._implicit])

    async def __aexit__(self, *failure: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._listener.close()
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        shutil.rmtree(self._folder)

    def publish(self, path: str, body: bytes) -> None:
        """Put a file there."""
        file = self._root / path.lstrip("/")
        file.write_bytes(body)
        file.chmod(0o666)

    def read(self, path: str) -> bytes:
        """The content of a file."""
        return (self._root / path.lstrip("/")).read_bytes()

    @property
    def paths(self) -> list[str]:
        """The paths of its files."""
        return sorted(f"/{file.relative_to(self._root)}" for file in self._root.rglob("*") if file.is_file())

    async def _serve(self) -> None:
        while True:
            connection, _ = await asyncio.get_running_loop().sock_accept(self._listener)
            with connection:
                connection.setblocking(True)
                assert _PROGRAM is not None
                self._processes.append(
                    await asyncio.create_subprocess_exec(
                        _PROGRAM,
                        str(self._configuration),
                        stdin=connection,
                        stdout=connection,
                        stderr=asyncio.subprocess.DEVNULL,
                        start_new_session=True,
                    )
                )
