"""Where the traffic goes that led to an error of the wire."""

from __future__ import annotations

from dataclasses import dataclass

import click

from simcom_async.cli.output import remark
from simcom_async.errors import SimcomError, UsageError

__all__ = ["EvidenceFile", "evidence_option"]


@dataclass(slots=True)
class EvidenceFile:
    """The file that was named for it, None: none was."""

    path: str | None = None

    def keep(self, error: BaseException) -> None:
        """Save the evidence of an error, if it has any, or say how; never in the place of the error."""
        evidence = error.evidence if isinstance(error, SimcomError) else None
        if evidence is None:
            return
        if self.path is None:
            remark("simcom: to save the traffic that led to this: simcom --evidence FILE ...")
            return
        try:
            evidence.save(self.path)
        except UsageError as failure:
            remark(f"simcom: {failure}")
        else:
            remark(f"simcom: the traffic that led to this is in {self.path}: simcom explain {self.path}")


def _named(ctx: click.Context, parameter: click.Parameter, path: str | None) -> None:
    ctx.ensure_object(EvidenceFile).path = path


#: ``--evidence FILE`` of the whole program.
evidence_option = click.option(
    "--evidence",
    envvar="SIMCOM_EVIDENCE",
    show_envvar=True,
    metavar="FILE",
    expose_value=False,
    callback=_named,
    help="Save there, secrets masked, the traffic that led to a failure of the wire; simcom explain reads it.",
)
