"""FTP and FTPS, by all ways."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from simcom_async.sessions.ftp import FtpSession
from simcom_async.sites import FtpFault, FtpSite, ServerFault
from tests.sessions.cftp_ends import CA
from tests.sessions.ftp_ends import Gathered
from tests.torture.scene import Corrupt, Doubled, Scene, right

__all__ = ["FtpScene"]

LONGEST = 5_000
BEFORE = b"what was there before\r\n"
MODIFIED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CERTIFICATE = CA.pem("127.0.0.1")
DIRECTORIES = ("/full", "/empty", "/made")


class FtpScene(Scene):
    """A verb over FTP; ``download-blocks`` is a verb by a way, ``sim7100+tls`` a family over FTPS."""

    service = "ftp"
    verbs = ("download", "resume", "open", "upload", "append", "unique", "listing", "size", "mtime", "delete")
    verbs += ("mkdir", "rmdir", "rename", "quit")
    by_way = ("download", "resume", "open", "upload", "append", "unique")
    ways: ClassVar[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
        "sim800": (("blocks", "memory"), ("blocks", "memory")),
        "sim900": (("blocks",), ("blocks", "memory")),
        "sim7000": (("blocks", "memory", "etx"), ("blocks", "memory", "etx")),
        "sim7100": (("pushed", "file"), ("pushed", "file")),
        "sim7100+tls": (("pushed", "file"), ("counted", "file")),
    }
    families = tuple(ways)
    missing: ClassVar[dict[str, tuple[str, ...]]] = {
        "sim800": ("mtime", "rename"),
        "sim900": ("mtime", "rename"),
        "sim7100": ("mtime", "rename", "append", "unique", "quit"),
        "sim7100+tls": ("mtime", "rename", "append", "unique", "quit"),
    }

    @classmethod
    def verbs_of(cls, family: str) -> list[str]:
        """The verbs, each by each of its ways."""
        found = []
        down, up = cls.ways[family]
        for verb in super().verbs_of(family):
            ways = () if verb not in cls.by_way else down if verb in ("download", "resume", "open") else up
            found += [f"{verb}-{way}" for way in ways] or [verb]
        return found

    @asynccontextmanager
    async def site(self) -> AsyncIterator[None]:
        self.family, _, tls = self.family.partition("+")
        self.verb, _, way = self.verb.partition("-")
        self.tls, self.way = bool(tls), way or None
        self.body = self.random.randbytes(self.random.randrange(1, LONGEST))
        files = {"/down": self.body, "/next": b"next", "/base": BEFORE, "/full/one": b"1"}
        certificate = CERTIFICATE if tls else None
        async with FtpSite(
            files, users={"user": "secret"}, certificate=certificate, tls_required=self.tls
        ) as self.store:
            self.store.publish("/full/two", b"22", modified=MODIFIED)
            self.store.mkdir("/empty")
            self.before = self.store.files
            self.local = self.setting.folder / "down"
            yield

    def session(self) -> FtpSession:
        host, port = self.store.address
        return self.modem.ftp(host, port, user="user", password="secret", tls=self.tls)

    async def act(self) -> Any:
        async with self.session() as ftp:
            return await getattr(self, f"do_{self.verb}")(ftp)

    async def do_download(self, ftp: FtpSession) -> Any:
        goal = Gathered()
        await ftp.download("/down", goal, via=self.way)
        return bytes(goal.data)

    async def do_resume(self, ftp: FtpSession) -> Any:
        await ftp.download("/down", self.local, resume=True, via=self.way)
        return self.local.read_bytes()

    async def do_open(self, ftp: FtpSession) -> Any:
        async with ftp.open("/down", via=self.way) as stream:
            return b"".join([piece async for piece in stream])

    async def do_upload(self, ftp: FtpSession) -> Any:
        return await ftp.upload(self.body, "/up", via=self.way)

    async def do_append(self, ftp: FtpSession) -> Any:
        return await ftp.upload(self.body, "/base", append=True, via=self.way)

    async def do_unique(self, ftp: FtpSession) -> Any:
        return await ftp.upload(self.body, "/up", unique=True, via=self.way)

    async def do_listing(self, ftp: FtpSession) -> Any:
        return {(entry.name, entry.size) for entry in await ftp.list("/full")}

    async def do_size(self, ftp: FtpSession) -> Any:
        return await ftp.size("/full/two")

    async def do_mtime(self, ftp: FtpSession) -> Any:
        return await ftp.mtime("/full/two")

    async def do_delete(self, ftp: FtpSession) -> Any:
        return await ftp.delete("/full/two")

    async def do_mkdir(self, ftp: FtpSession) -> Any:
        return await ftp.mkdir("/made")

    async def do_rmdir(self, ftp: FtpSession) -> Any:
        return await ftp.rmdir("/empty")

    async def do_rename(self, ftp: FtpSession) -> Any:
        return await ftp.rename("/full/one", "/full/three")

    async def do_quit(self, ftp: FtpSession) -> Any:
        return await ftp.quit()

    def whole(self, result: Any) -> None:
        expected = {"listing": {("one", 1), ("two", 2)}, "size": 2, "mtime": MODIFIED}
        right(result, expected.get(self.verb, self.body), self.verb)
        self.damage()

    def check(self, result: Any) -> None:
        if self.verb not in ("upload", "append", "unique", "delete", "mkdir", "rmdir", "rename", "quit"):
            self.whole(result)
            return
        self.damage()
        expected = self._expected()
        found = self.store.files
        if self.verb == "unique":
            new = [body for path, body in found.items() if path not in self.before]
            right(new, [self.body], "the new files")
        else:
            right(found, expected, "the files of the server")
            right(self._directories(), self._expected_directories(), "the directories of the server")

    def damage(self) -> None:
        self._check_part()
        found, expected = self.store.files, self._expected()
        new = {path: body for path, body in found.items() if path not in self.before}
        for path, body in self.before.items():
            if path in found and (path != "/base" or self.verb != "append"):
                right(found[path], body, f"{path} at the server")
            elif path not in found and path in expected:
                raise Doubled(f"{path} was removed")
        if self.verb == "append":
            added = found["/base"].removeprefix(BEFORE)
            if len(added) > len(self.body):
                raise Doubled(f"{len(added)} bytes were appended, not {len(self.body)}")
            self._check_prefix(added, "appended")
        elif self.verb == "unique":
            if len(new) > 1:
                raise Doubled(f"{len(new)} new files")
            for body in new.values():
                self._check_prefix(body, "stored under a new name")
        else:
            for path, body in new.items():
                if path not in expected:
                    raise Doubled(f"a new file {path}")
                if self.verb == "upload":
                    self._check_prefix(body, "stored")
        for path in self._directories() ^ {"/full", "/empty"}:
            if path not in self._expected_directories() ^ {"/full", "/empty"}:
                raise Doubled(f"the directory {path}")

    def _check_part(self) -> None:
        part = self.setting.folder / "down.part"
        if part.exists() and not self.body.startswith(part.read_bytes()):
            raise Corrupt("the part that is kept is no beginning of the file")

    def _check_prefix(self, found: bytes, what: str) -> None:
        if not self.body.startswith(found) and self.strict:
            raise Corrupt(f"{len(found)} bytes were {what} which are no beginning of what was sent")

    def _expected(self) -> dict[str, bytes]:
        files = dict(self.before)
        if self.verb == "upload":
            files["/up"] = self.body
        elif self.verb == "append":
            files["/base"] = BEFORE + self.body
        elif self.verb == "delete":
            del files["/full/two"]
        elif self.verb == "rename":
            files["/full/three"] = files.pop("/full/one")
        return files

    def _directories(self) -> set[str]:
        return {path for path in DIRECTORIES if self.store.exists(path)}

    def _expected_directories(self) -> set[str]:
        return {"/full", "/empty"} ^ {"mkdir": {"/made"}, "rmdir": {"/empty"}}.get(self.verb, set())

    async def plain(self) -> None:
        async with self.session() as ftp:
            goal = Gathered()
            await ftp.download("/next", goal)
            right(bytes(goal.data), b"next", "the next file")
        if self.family == "sim7100" and self.tidy:
            right(await self.modem.files.list(), [], "the files of the module")

    # The server

    @property
    def transfers(self) -> str:
        """The command whose transfer can be struck."""
        verb = {"upload": "STOR", "append": "APPE", "unique": "STOU", "listing": "LIST"}.get(self.verb, "RETR")
        return "LIST" if self.verb == "size" and self.family == "sim7100" else verb

    @property
    def steps(self) -> tuple[str, ...]:
        """Commands that it is told."""
        own = {"size": "SIZE", "mtime": "MDTM", "delete": "DELE", "mkdir": "MKD", "rmdir": "RMD", "rename": "RNTO"}
        return ("", "USER", "PASS", "TYPE", "PASV", own.get(self.verb, self.transfers))

    def slow(self) -> str:
        self.store.rate = self.random.choice((20_000, 50_000))
        return f"rate {self.store.rate}"

    def silent(self) -> str:
        return self._struck(ServerFault.HANG)

    def resetting(self) -> str:
        return self._struck(self.random.choice((ServerFault.RESET, ServerFault.CLOSE)))

    def lying(self) -> str:
        self.lies = True
        step = self.random.choice(self.steps)
        reply = self.random.choice(("200 yes", "213 1", "226 done", "550 no", "what?", "250 \xff"))
        self.store.faults.append(FtpFault(command=step, reply=reply, times=1))
        return f"{reply!r} to {step or 'the connection'}"

    def _struck(self, fault: ServerFault) -> str:
        if self.random.random() < 0.5:
            step = self.random.choice(self.steps)
            self.store.faults.append(FtpFault(command=step, fault=fault, times=1))
            return f"{fault} at {step or 'the connection'}"
        after = self.random.randrange(len(self.body))
        self.store.faults.append(FtpFault(command=self.transfers, fault=fault, after=after, times=1))
        return f"{fault} at byte {after} of {self.transfers}"

    def calm(self) -> None:
        self.store.faults.clear()
        self.store.release()
        self.store.rate = None
        self.store.gate.open()
