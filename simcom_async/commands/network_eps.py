"""The registration in an LTE network, as the SIM7000 tells it with a routing area (SIM7000 AT manual V1.06 6.2.7)."""

from typing import Annotated

from simcom_async.at.fields import Text
from simcom_async.at.message import Line
from simcom_async.commands.network import Registration
from simcom_async.commands.topics import RegistrationChanged

__all__ = ["EpsRegistrationChanged"]


class EpsRegistrationChanged(RegistrationChanged):
    """The registration in an LTE network has changed: area, routing area, cell (SIM7000 AT manual 6.2.7).

    ``access`` is 7 for CAT-M and 9 for NB-IoT. The timers of the power saving mode come with AT+CEREG=4.
    """

    wire = Line("+CEREG", ref="SIM7000 AT manual 6.2.7")
    stat: Registration
    tac: Annotated[str, Text()]
    rac: Annotated[str, Text(quoted=None)]
    ci: Annotated[str, Text()]
    access: int | None = None
    cause_type: int | None = None
    reject_cause: int | None = None
    active_time: Annotated[str | None, Text()] = None
    periodic_tau: Annotated[str | None, Text()] = None
