"""Family-neutral topics: a subscriber to one gets the URC of whichever family is attached.

The classes here have no line of their own. The concrete message of a family inherits from its topic.
"""

from simcom_async.at.message import Urc

__all__ = [
    "BearerLost",
    "CallProgress",
    "FunctionalityChanged",
    "Incoming",
    "MailSent",
    "MailboxClosed",
    "ModuleBooted",
    "ModuleReady",
    "NetworkInformation",
    "PowerDown",
    "PowerWarning",
    "RegistrationChanged",
    "SimChanged",
]


class ModuleBooted(Urc):
    """The module has started: all of its state is lost."""


class ModuleReady(Urc):
    """A part of the module has come up (calls, messages, phone book)."""


class FunctionalityChanged(Urc):
    """The level of functionality is ``level`` (3GPP TS 27.007 8.2: 0 minimum, 1 full, 4 radio off)."""

    level: int


class SimChanged(Urc):
    """The card has another state: ready, locked, gone."""


class RegistrationChanged(Urc):
    """The registration in the network is ``stat`` (3GPP TS 27.007 7.2: 1 home, 5 roaming)."""

    stat: int


class NetworkInformation(Urc):
    """The network told its name, the time or the time zone."""


class BearerLost(Urc):
    """The bearer ``cid`` was released by the network; what ran over it has ended."""

    cid: int


class PowerWarning(Urc):
    """The supply voltage is outside its limits."""


class PowerDown(Urc):
    """The module switches itself off."""


class Incoming(Urc):
    """A call or a message from outside."""


class CallProgress(Urc):
    """A call that the host set up comes along."""


class MailSent(Urc):
    """Sending a mail has ended; the family's own fields say how."""


class MailboxClosed(Urc):
    """A session with a mailbox has ended; the family's own fields say how."""
