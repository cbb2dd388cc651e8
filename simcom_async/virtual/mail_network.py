"""How the services of the SIM7100 get their connections: over the packet context that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.virtual.network import APPLICATION
from simcom_async.virtual.turn import Refused

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["NETWORK_TIMEOUT", "MailNetwork"]

#: Seconds that a module waits for a silent server; no manual of the series has a number.
NETWORK_TIMEOUT = 75.0


class MailNetwork:
    """The network of one module, as its e-mail and its FTP see it; ``silence``: seconds that they bear."""

    bearer = APPLICATION

    def __init__(self, modem: VirtualModem, *, silence: float = NETWORK_TIMEOUT) -> None:
        self._modem = modem
        self._silence = silence

    def bring_up(self) -> bool:
        """Bring the context up, if it is down; whether it is up."""
        try:
            self._modem.sockets.use()
        except Refused:
            return False
        return True

    @property
    def up(self) -> bool:
        """Whether connections can go on."""
        return self._modem.network.bearers[self.bearer].is_open

    @property
    def timeout(self) -> float:
        """Seconds for which a server may be silent."""
        return self._modem.options.network_timeout or self._silence
