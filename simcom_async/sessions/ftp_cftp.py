"""FTP by AT+CFTPGET, AT+CFTPPUT and their like: SIM7100. Each operation has a connection of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from simcom_async.commands.cftp import CftpGet, CftpGetFile, CftpList, CftpPut, CftpPutFile
from simcom_async.commands.cftp_files import CftpDele, CftpMkd, CftpRmd
from simcom_async.commands.cftp_settings import CftpMode, CftpPassword, CftpPort, CftpServer, CftpType, CftpUser
from simcom_async.commands.ftp_settings import FtpConnection, FtpDataType
from simcom_async.sessions.ftp_escaped import EscapedUpload
from simcom_async.sessions.ftp_flow import FtpWay, Upload
from simcom_async.sessions.ftp_login import FtpLogin
from simcom_async.sessions.ftp_operation import FtpOperation
from simcom_async.sessions.ftp_packet_flow import PacketFlow
from simcom_async.sessions.ftp_path import RemoteFile
from simcom_async.sessions.parameter import built

if TYPE_CHECKING:
    from simcom_async.sessions.ftp_service import FtpService

__all__ = ["CftpFlow"]


class CftpFlow(PacketFlow):
    """Plain FTP of the SIM7100: parameters, then one command an operation."""

    needs = (CftpServer, CftpPort, CftpUser, CftpPassword, CftpMode, CftpType, CftpGet, CftpPut, CftpList)
    get, put, list_directory, get_file, put_file = CftpGet, CftpPut, CftpList, CftpGetFile, CftpPutFile
    make, remove, dele = CftpMkd, CftpRmd, CftpDele
    up = FtpWay.PUSHED

    def __init__(self, service: FtpService, login: FtpLogin) -> None:
        super().__init__(service, login)
        dialect = service.dialect
        if login.single_ip:
            self.refuse("single_ip", f"plain FTP of the {dialect.name} dialect goes where the server says", True)
        wanted: tuple[tuple[str, type[Command[None]], object], ...] = (
            ("host", CftpServer, login.host),
            ("port", CftpPort, login.port),
            ("user", CftpUser, login.user),
            ("passive", CftpMode, FtpConnection.PASSIVE if login.passive else FtpConnection.ACTIVE),
            ("binary", CftpType, FtpDataType.BINARY if login.binary else FtpDataType.ASCII),
        )
        password = built(dialect, "password", CftpPassword, login.password, secret=True)
        self._settings = (*(built(dialect, field, kind, value) for field, kind, value in wanted), password)

    @classmethod
    def carries(cls, dialect: Dialect, login: FtpLogin) -> bool:
        """As every flow, and no TLS."""
        return super().carries(dialect, login) and not login.tls

    def _operation(self, what: str, *, repeatable: bool = False) -> FtpOperation:
        return FtpOperation(self.service, self._settings, f"{what} at {self.login}")

    def _by_line(self, operation: FtpOperation, file: RemoteFile) -> Upload:
        return EscapedUpload(operation, self._named(CftpPut, file))
