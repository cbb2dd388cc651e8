"""What the demo shows of each dialect: the steps of all services, each service in a file of its own."""

from __future__ import annotations

from simcom_async.cli.demo import ftp, ftps, http, https, mail
from simcom_async.cli.demo.stage import Step
from simcom_async.dialects import DIALECTS

__all__ = ["STEPS"]

#: The services, in the order in which they are shown.
_SERVICES = (http.STEPS, https.STEPS, ftp.STEPS, ftps.STEPS, mail.STEPS)

_ALL = {name: tuple(step for service in _SERVICES for step in service.get(name, ())) for name in DIALECTS}

#: By dialect; one of which there is nothing to show is left out.
STEPS: dict[str, tuple[Step, ...]] = {name: steps for name, steps in _ALL.items() if steps}
