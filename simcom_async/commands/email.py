"""What SMTP and POP3 of the SIM900, the SIM800 and the SIM7000 share: the bearer, the patience with a server.

Source: SIM900 e-mail manual V1.02; chapter 14 of the SIM800 AT manual V1.12 and the SIM7000 e-mail note V1.01 have the
same commands. They print no lengths: those here are what a command line of 556 characters can carry. SMTP and POP3 do
not run at the same time.
"""

from typing import Annotated

from simcom_async.at.command import Form, Syntax
from simcom_async.at.fields import Range
from simcom_async.at.setting import Setting

__all__ = ["EMAIL_TEXT_MAXIMUM", "EmailCid", "EmailTimeout"]

#: Characters of a server, an account, an address, a name, at most. No document prints a number.
EMAIL_TEXT_MAXIMUM = 100


class EmailCid(Setting):
    """The bearer of both services (SIM900 e-mail manual 2.1); 0 is AT+CNACT (SIM7000 e-mail note)."""

    wire = Syntax(
        name="+EMAILCID",
        form=Form.WRITE,
        tested="(1-3)",
        repeatable=True,
        ref="SIM900 e-mail manual 2.1",
    )
    cid: Annotated[int, Range(0, 3)] = 1


class EmailTimeout(Setting):
    """How long the module waits for a server to answer, in seconds (SIM900 e-mail manual 2.2)."""

    wire = Syntax(
        name="+EMAILTO",
        form=Form.WRITE,
        tested="auto",
        repeatable=True,
        ref="SIM900 e-mail manual 2.2",
    )
    timeout: Annotated[int, Range(10, 120)] = 30
