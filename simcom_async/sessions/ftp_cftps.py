"""FTPS by AT+CFTPSLOGIN, AT+CFTPSGET, AT+CFTPSPUT and their like: SIM7100. One session carries all operations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simcom_async.at.dialect import Dialect
from simcom_async.commands.cftps import (
    CftpsAddress,
    CftpsLogin,
    CftpsLogout,
    CftpsSingleIp,
    CftpsStart,
    CftpsStop,
    CftpsType,
)
from simcom_async.commands.cftps_files import CftpsDele, CftpsMkd, CftpsRmd
from simcom_async.commands.cftps_transfer import (
    CFTPS_PUT_MAXIMUM,
    CftpsGet,
    CftpsGetFile,
    CftpsList,
    CftpsPut,
    CftpsPutFile,
)
from simcom_async.commands.ftp_settings import FtpDataType
from simcom_async.sessions.ftp_counted import CountedUpload
from simcom_async.sessions.ftp_flow import FtpWay, Upload
from simcom_async.sessions.ftp_login import FtpLogin
from simcom_async.sessions.ftp_operation import FtpOperation
from simcom_async.sessions.ftp_packet_flow import PacketFlow
from simcom_async.sessions.ftp_path import RemoteFile
from simcom_async.sessions.ftps_service import FtpsAccount, FtpsOperation
from simcom_async.sessions.parameter import composed
from simcom_async.sessions.spelling import learn_spelling

if TYPE_CHECKING:
    from simcom_async.sessions.ftp_service import FtpService

__all__ = ["CftpsFlow"]

_LOGIN = {"host": "host", "port": "port", "user": "user", "password": "password"}


class CftpsFlow(PacketFlow):
    """FTPS of the SIM7100, which asks the server for TLS (AUTH TLS) and opens the data connections itself."""

    needs = (CftpsStart, CftpsStop, CftpsLogin, CftpsLogout, CftpsGet, CftpsPut, CftpsList)
    get, put, list_directory, get_file, put_file = CftpsGet, CftpsPut, CftpsList, CftpsGetFile, CftpsPutFile
    make, remove, dele = CftpsMkd, CftpsRmd, CftpsDele
    up = FtpWay.COUNTED

    def __init__(self, service: FtpService, login: FtpLogin) -> None:
        super().__init__(service, login)
        dialect = service.dialect
        if not login.passive:
            self.refuse("passive", f"FTPS of the {dialect.name} dialect opens the data connections itself", False)
        values = {"host": login.host, "port": login.port, "user": login.user, "password": login.password}
        address = CftpsAddress.SAME if login.single_ip else CftpsAddress.TOLD
        self._account = FtpsAccount(
            composed(dialect, _LOGIN, CftpsLogin, **values),
            CftpsSingleIp(address=address),
            CftpsType(type=FtpDataType.BINARY if login.binary else FtpDataType.ASCII),
            str(login),
        )

    @classmethod
    def carries(cls, dialect: Dialect, login: FtpLogin) -> bool:
        """As every flow, and only TLS."""
        return super().carries(dialect, login) and login.tls

    async def delete(self, file: RemoteFile) -> None:
        """By the spelling that the module has."""
        await self.service.network.ready()
        await learn_spelling(self.service.link, CftpsDele)
        await super().delete(file)

    def _operation(self, what: str, *, repeatable: bool = False) -> FtpOperation:
        shown = f"{what} at {self.login}"
        return FtpsOperation(self.service, (), shown, self._account, repeatable)

    def _by_line(self, operation: FtpOperation, file: RemoteFile) -> Upload:
        self._named(CftpsPut, file, length=CFTPS_PUT_MAXIMUM)  # raises what there is to say of it

        def begin(length: int) -> CftpsPut:
            return self._named(CftpsPut, file, length=length)

        return CountedUpload(operation, begin, partial(self._by_file, operation, file))
