"""What a modem says of its recovery."""

from __future__ import annotations

from simcom_async.link.layer import RecoveryStep
from simcom_async.modem import Modem


def steps_of(modem: Modem) -> list[RecoveryStep]:
    """All steps from now on, as they come."""
    steps: list[RecoveryStep] = []
    modem.on(RecoveryStep, steps.append)
    return steps
