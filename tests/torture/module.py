"""What needs no server: the module's files, the network, raw commands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from simcom_async.commands.network import SignalQualityRead
from simcom_async.modem import connect
from tests.sessions.mail_ends import FAMILIES
from tests.torture.scene import Corrupt, Scene, right
from tests.torture.tap import TappedPort

__all__ = ["FilesScene", "NetworkScene", "OpenScene", "RawScene"]

LONGEST = 5_000


class FilesScene(Scene):
    """The module's file system."""

    service = "files"
    served = False
    families = ("sim7100",)
    verbs = ("list", "walk", "size", "exists", "space", "read", "open", "write", "overwrite", "delete", "rename")
    verbs += ("mkdir", "rmdir")

    async def ready(self) -> None:
        self.body = self.random.randbytes(self.random.randrange(1, LONGEST))
        self.disk = self.virtual.file_system
        self.disk.write("a.bin", self.body)
        await self.modem.files.mkdir("C:/full")
        await self.modem.files.mkdir("C:/empty")
        await self.modem.files.write("C:/full/b.bin", b"22")

    async def act(self) -> Any:
        files = self.modem.files
        match self.verb:
            case "list":
                return {entry.path: entry.size for entry in await files.list("C:/full", details=True)}
            case "walk":
                return {entry.path async for entry in files.walk()}
            case "size":
                return await files.size("C:/a.bin")
            case "exists":
                return await files.exists("C:/a.bin"), await files.exists("C:/none")
            case "space":
                return (await files.space()).free > 0
            case "read":
                return await files.read("C:/a.bin")
            case "open":
                async with files.open("C:/a.bin") as stream:
                    return b"".join([piece async for piece in stream])
            case "write":
                return await files.write("C:/c.bin", self.body)
            case "overwrite":
                return await files.write("C:/full/b.bin", self.body)
            case "delete":
                return await files.delete("C:/full/b.bin")
            case "rename":
                return await files.rename("C:/full/b.bin", "C:/full/c.bin")
            case "mkdir":
                return await files.mkdir("C:/made")
            case _:
                return await files.rmdir("C:/empty")

    def check(self, result: Any) -> None:
        length = len(self.body)
        expected: dict[str, Any] = {
            "list": {"C:/full/b.bin": 2},
            "walk": {"C:/a.bin", "C:/full", "C:/empty", "C:/full/b.bin"},
            "size": length,
            "exists": (True, False),
            "space": True,
            "read": self.body,
            "open": self.body,
            "write": length,
            "overwrite": length,
        }
        right(result, expected.get(self.verb), self.verb)
        right(self._files(), self._expected(), "the files of the module")

    def damage(self) -> None:
        found, expected = self._files(), self._expected()
        for path, body in found.items():
            wanted = [one[path] for one in (self._before(), expected) if path in one]
            partly = self.verb in ("write", "overwrite") and self.body.startswith(body or b"")
            if body not in wanted and not partly:
                raise Corrupt(f"{path} in the module is neither as it was nor as it should be")
        for path in self._before():
            if path not in found and path in expected and self.verb != "overwrite":
                raise Corrupt(f"{path} in the module is gone")

    def _before(self) -> dict[str, bytes | None]:
        return {"a.bin": self.body, "full": None, "full/b.bin": b"22", "empty": None}

    def _expected(self) -> dict[str, bytes | None]:
        files = self._before()
        match self.verb:
            case "write":
                files["c.bin"] = self.body
            case "overwrite":
                files["full/b.bin"] = self.body
            case "delete":
                del files["full/b.bin"]
            case "rename":
                files["full/c.bin"] = files.pop("full/b.bin")
            case "mkdir":
                files["made"] = None
            case "rmdir":
                del files["empty"]
        return files

    def _files(self) -> dict[str, bytes | None]:
        root = self.setting.folder / "disk" / "C"
        return {
            path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None for path in root.rglob("*")
        }

    async def plain(self) -> None:
        right(await self.modem.files.read("C:/a.bin"), self.body, "the file that nobody touched")
        names = {entry.name for entry in await self.modem.files.list()}
        if self.verb == "write":
            names.discard("c.bin")
        right(names - {"made", "empty"}, {"a.bin", "full"}, "the files of the module")


class NetworkScene(Scene):
    """The network itself."""

    service = "network"
    served = False
    families = FAMILIES
    verbs = ("up", "down", "signal", "registration", "operator", "address")

    async def ready(self) -> None:
        if self.verb in ("down", "address"):
            await self.modem.network.up()

    async def act(self) -> Any:
        return await getattr(self.modem.network, self.verb)()

    def check(self, result: Any) -> None:
        if self.moving:
            return
        match self.verb:
            case "up" | "address":
                if not isinstance(result, str) or result.count(".") != 3:
                    raise Corrupt(f"no address: {result!r}")
            case "down":
                right(result, None, "down")
            case "signal":
                right(result.rssi, 21, "signal")
            case "registration":
                right(result.registered, True, "registration")
            case "operator":
                right(result, "Loopback", "operator")

    async def plain(self) -> None:
        if (await self.modem.network.up()).count(".") != 3:
            raise Corrupt("no address")
        right((await self.modem.network.signal()).rssi, 21, "the signal")


class RawScene(Scene):
    """Commands as they are."""

    service = "raw"
    served = False
    families = FAMILIES
    verbs = ("csq", "info", "two", "declared")

    async def ready(self) -> None:
        """Nothing is presupposed."""

    async def act(self) -> Any:
        match self.verb:
            case "csq":
                return await self.modem.at("+CSQ")
            case "info":
                return await self.modem.at("+CGSN")
            case "two":
                return await self.modem.at("+CSQ;+CGSN")
            case _:
                return (await self.modem.send(SignalQualityRead())).rssi

    def check(self, result: Any) -> None:
        if self.moving:
            return
        imei = self.virtual.options.imei
        quality = f"+CSQ: {self.virtual.options.rssi},0"
        expected = {"csq": (quality,), "info": (imei,), "two": (quality, imei), "declared": self.virtual.options.rssi}
        right(result, expected[self.verb], self.verb)

    async def plain(self) -> None:
        right(await self.modem.at("+CSQ"), (f"+CSQ: {self.virtual.options.rssi},0",), "the next answer")


class OpenScene(RawScene):
    """The module is found; what is struck is the finding."""

    service = "open"
    verbs = ("open",)

    @asynccontextmanager
    async def attached(self) -> AsyncIterator[None]:
        self.opened = False
        try:
            yield
        finally:
            if self.opened:
                await self.modem.aclose()

    async def act(self) -> Any:
        self.port = TappedPort(self.virtual.port())
        self.modem = await connect(self.port, apn="internet", clock=self.setting.clock)
        self.opened = True
        self.port.listen(self.modem.bus)
        return self.modem.dialect.name

    def check(self, result: Any) -> None:
        right(result, self.family, "the dialect")

    async def plain(self) -> None:
        if not self.opened:
            await self.act()
        await super().plain()
