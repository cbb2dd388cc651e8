"""How the e-mail of the SIM7100 gets its connections: over the packet context of the module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.virtual.network import APPLICATION

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["NETWORK_TIMEOUT", "MailNetwork"]

#: Seconds that a module waits for a silent server; no manual of the series has a number.
NETWORK_TIMEOUT = 75.0


class MailNetwork:
    """The network of one module, as its e-mail sees it. ``timeout``: seconds for which a server may be silent."""

    def __init__(self, modem: VirtualModem) -> None:
        self._modem = modem
        self.bearer = APPLICATION

    @property
    def up(self) -> bool:
        """Whether a connection can be made, or go on."""
        return self._modem.network.registered and self._modem.network.attached

    @property
    def timeout(self) -> float:
        """Seconds for which a server may be silent."""
        return self._modem.options.network_timeout or NETWORK_TIMEOUT
