"""Real servers on loopback: what the demo, the pytest plugin and tests let a modem talk to."""

from simcom_async.sites.body import Body, generated
from simcom_async.sites.ftp import FtpSite
from simcom_async.sites.ftp_policy import FtpCommand, FtpFault
from simcom_async.sites.gate import Gate
from simcom_async.sites.http import HttpSite
from simcom_async.sites.mail_policy import MailCommand, MailFault
from simcom_async.sites.pop3 import Pop3Site, StoredMail
from simcom_async.sites.proxy import ProxySite
from simcom_async.sites.raw import RawSite
from simcom_async.sites.requests import HttpRequest, RequestLog
from simcom_async.sites.route import Route, ServerFault
from simcom_async.sites.site import Site, StreamSite
from simcom_async.sites.smtp import ReceivedMail, SmtpSite
from simcom_async.sites.tls import LoopbackCA

__all__ = [
    "Body",
    "FtpCommand",
    "FtpFault",
    "FtpSite",
    "Gate",
    "HttpRequest",
    "HttpSite",
    "LoopbackCA",
    "MailCommand",
    "MailFault",
    "Pop3Site",
    "ProxySite",
    "RawSite",
    "ReceivedMail",
    "RequestLog",
    "Route",
    "ServerFault",
    "Site",
    "SmtpSite",
    "StoredMail",
    "StreamSite",
    "generated",
]
