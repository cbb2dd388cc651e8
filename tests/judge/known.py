"""Where the product rightly does otherwise than a transcript has it, each with its reason."""

from __future__ import annotations

__all__ = ["ADDED", "HELD_BACK", "REFUSED", "UNENDED"]

#: Lines that the dialect rightly does not take: shown to be refused, then sent all the same.
REFUSED: dict[str, tuple[str, ...]] = {
    "sim7100-ftp-cftpgetfile-refused": ('AT+CFTPGETFILE="/pub/mydir/test1.txt",9',),
    "sim900-email-forms": ("AT+EMAILTO=9", "AT+EMAILTO=121"),
    "sim900-smtp-file-rules": ('AT+SMTPFILE=1,"test.txt",1', 'AT+SMTPFILE=2,"test.bmp",0'),
    "sim900-smtp-forms": ('AT+SMTPAUTH=0,"x","y"',),
}
#: Lines that the link rightly holds back while the same command is under way: shown to be held back, then sent raw. The
#: 66 by which a module refuses a second upload has the form of the end of the first, and no host can tell which it is.
#: The same holds for the words of the textual e-mail; and while an answer of a mailbox is unread nothing else is taken.
HELD_BACK = {
    **{f"{family}-ftp-operror-twice": ("AT+FTPPUT=1",) for family in ("sim800", "sim7000")},
    "sim900-pop3-read-busy": ("AT+POP3NUM",),
    "sim7100-smtp-smtpsend-ongoing": ("AT+SMTPSEND",),
    "sim7100-pop3-pop3num-ongoing": ("AT+POP3NUM",),
}
#: Commands that the document leaves without an end: AT+SMTPSTOP stops the mail, and nothing says so.
UNENDED = {"sim7100-smtp-smtpstop": ("AT+SMTPSEND",)}
#: What real firmware says at the end, of which the document does not speak (SIM5320 AT manual 16.7.9).
#: As the most that is fetched, a number of bytes leaves others behind (SIM5320 AT manual 16.5.6).
ADDED = {
    "sim7100-smtp-smtpstop": ("+SMTP: USER CANCEL",),
    "sim7100-https-chttpsrecv": ("+CHTTPS: RECV EVENT",),
}
