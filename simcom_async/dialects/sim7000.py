"""SIM7000 (SIM7000 AT manual V1.06, SIM7000 FTP note V1.00)."""

from simcom_async.at.dialect import Dialect, Habits
from simcom_async.commands import (
    email_smtp,
    ftp_extended,
    ftp_files,
    network_application,
    network_eps,
    packet,
)
from simcom_async.commands.results import CmeError
from simcom_async.dialects import common

__all__ = ["SIM7000"]

SIM7000 = Dialect(
    name="sim7000",
    commands=(
        *common.BASE,
        *common.APPLICATIONS,
        packet.EpsContextDefine,
        network_application.AppNetwork,
        network_application.AppNetworkRead,
        network_application.AppNetworkConfig,
        network_application.NetworkApnRead,
        ftp_files.FtpDeleWrite,
        ftp_files.FtpRename,
        ftp_files.FtpMdtm,
        ftp_extended.FtpExtGet,
        ftp_extended.FtpExtGetRead,
        ftp_extended.FtpExtGetOutput,
        ftp_extended.FtpExtGetOff,
        ftp_extended.FtpEtPut,
        ftp_extended.FtpEtPutInput,
        ftp_extended.FtpEtGet,
        email_smtp.EmailSmtpBodyInput,
    ),
    messages=(
        *common.BASE_MESSAGES,
        *common.APPLICATION_MESSAGES,
        network_eps.EpsRegistrationChanged,
        network_application.AppNetworkActivated,
        network_application.AppNetworkDeactivated,
        ftp_extended.FtpEtGetStream,
    ),
    habits=Habits(
        line_limit=559,
        boot=("RDY", "+CFUN: 1", "+CPIN: READY", "SMS Ready"),
        cmee=0,
        baud=115200,
        power_down="NORMAL POWER DOWN",
        identity=("SIM7000",),
        manufacturer="SIMCOM_Ltd",
        model="SIMCOM_SIM7000G",
        revision="1529B01SIM7000G",
        product=("{series} R1529",),
    ),
    errors=CmeError,
    manual="SIM7000 AT manual V1.06; SIM7000 FTP note V1.00",
)
