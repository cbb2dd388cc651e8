"""Alarms by mail through a modem: each arrives once, also when nobody can say whether a mail was sent.

    python examples/alarm_mail.py                                # a virtual SIM900, servers on loopback, trouble
    python examples/alarm_mail.py --port /dev/ttyUSB2 --apn internet --server mail.example.com --user pump7 \
        --sender pump7@example.com --to pump7@example.com        # password: SIMCOM_MAIL_PASSWORD

What was certainly not sent is sent again. After an unknown outcome the mailbox is asked: each alarm carries a key in
its subject, and only one whose key has not arrived is sent once more.
"""

import argparse
import asyncio
import os
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.message import EmailMessage

import simcom_async
from simcom_async.ports.port import Port
from simcom_async.sites import SmtpSite
from simcom_async.sites.mail_policy import MailFault
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.sites.route import ServerFault

ATTEMPTS = 6
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 300.0  # seconds, doubled after each failure
ARRIVAL = 10.0  # seconds that a mail may take from one mailbox to the other


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where alarms go out, and where they arrive."""

    sender: str
    to: str
    host: str
    smtp_port: int
    pop3_port: int
    user: str
    password: str
    arrival: float = ARRIVAL


def alarm(account: Account, key: str, text: str, log: bytes) -> EmailMessage:
    """The mail of one alarm."""
    message = EmailMessage()
    message["From"], message["To"] = account.sender, account.to
    message["Subject"] = f"Alarm {key}"
    message.set_content(f"{text}\n")
    message.add_attachment(log, maintype="text", subtype="plain", filename=f"{key}.log")
    return message


async def arrived(modem: simcom_async.Modem, account: Account, key: str) -> bool:
    """Whether the mail with this key is in the mailbox."""
    await asyncio.sleep(account.arrival)
    async with modem.pop3(account.host, account.user, account.password, port=account.pop3_port) as box:
        for number, _ in await box.list():
            if key in str((await box.headers(number))["Subject"] or "").split():
                return True
    return False


async def delivered(modem: simcom_async.Modem, account: Account, key: str, message: EmailMessage) -> bool:
    """Send one alarm, once; False after too many attempts."""
    pause = FIRST_PAUSE
    known = True  # whether it is certain that no earlier attempt was successful
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if not known:
                if await arrived(modem, account, key):
                    print(f"{key}: it has arrived after all")
                    return True
                known = True
            await modem.smtp.send(
                message,
                hostname=account.host,
                port=account.smtp_port,
                username=account.user,
                password=account.password,
            )
        except simcom_async.OutcomeUnknown as error:
            print(f"{key}, attempt {attempt}: {error}")
            known = False
        except (simcom_async.ModemError, simcom_async.LinkError, simcom_async.CommandTimeout) as error:
            print(f"{key}, attempt {attempt}: {error}")
        else:
            return True
        await asyncio.sleep(pause * random.uniform(0.5, 1))
        pause = min(2 * pause, LONGEST_PAUSE)
    return False


async def run(modem: simcom_async.Modem, account: Account, texts: Sequence[str]) -> int:
    """Send an alarm for each text; how many were delivered."""
    taken = 0
    for number, text in enumerate(texts, 1):
        key = f"{random.randrange(16**6):06x}-{number}"
        log = "".join(f"{second:3} s: {random.gauss(80, 5):.1f} °C\r\n" for second in range(60)).encode()
        taken += await delivered(modem, account, key, alarm(account, key, text, log))
    return taken


async def post_office(smtp: SmtpSite, pop3: Pop3Site) -> None:
    """Carry each mail to its mailbox."""
    carried = 0
    while True:
        await smtp.mail(carried + 1, timeout=3600)
        pop3.publish(smtp.mails[carried].content)
        carried += 1


async def world(stack: AsyncExitStack) -> tuple[Port, Account]:
    """A virtual modem, and mail servers that refuse, and that take a mail without saying so."""
    password = f"{random.randrange(16**12):012x}"
    smtp = await stack.enter_async_context(SmtpSite(users={"pump7": password}))
    pop3 = await stack.enter_async_context(Pop3Site(users={"pump7": password}))
    smtp.faults.append(MailFault(command="RCPT", reply="450 try again", times=1))
    smtp.faults.append(MailFault(command=".", fault=ServerFault.CLOSE, done=True, times=1))
    carrier = asyncio.create_task(post_office(smtp, pop3))
    stack.callback(carrier.cancel)
    virtual = await stack.enter_async_context(simcom_async.VirtualModem("sim900", urc_delay=0))
    return virtual.port(), Account(
        sender="Pump 7 <pump7@example.com>",
        to="pump7@example.com",
        host=smtp.host,
        smtp_port=smtp.port,
        pop3_port=pop3.port,
        user="pump7",
        password=password,
        arrival=0.1,
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", help="the modem; without it a virtual one and servers of its own")
    parser.add_argument("--apn", default="internet")
    parser.add_argument("--server", default="mail.example.com")
    parser.add_argument("--user", default="pump7")
    parser.add_argument("--sender", default="pump7@example.com")
    parser.add_argument("--to", default="pump7@example.com", help="an address whose mailbox is that of the user")
    parser.add_argument("texts", nargs="*", default=["Bearing too hot", "Ölstand niedrig", "Bearing still too hot"])
    chosen = parser.parse_args()
    async with AsyncExitStack() as stack:
        if chosen.port is None:
            port, account = await world(stack)
        else:
            port = chosen.port
            account = Account(
                sender=chosen.sender,
                to=chosen.to,
                host=chosen.server,
                smtp_port=25,
                pop3_port=110,
                user=chosen.user,
                password=os.environ["SIMCOM_MAIL_PASSWORD"],
            )
        modem = await stack.enter_async_context(simcom_async.open_modem(port, apn=chosen.apn))
        taken = await run(modem, account, chosen.texts)
        print(f"{taken} of {len(chosen.texts)} alarms delivered through a {modem.identity.model}")


if __name__ == "__main__":
    asyncio.run(main())
