"""The list of commands, and the one place where errors become an exit status."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Sequence

import click

from simcom_async.cli.evidence import EvidenceFile, evidence_option
from simcom_async.cli.status import Refused, Status, sentence, status_of
from simcom_async.errors import SimcomError

__all__ = ["COMMANDS", "run", "simcom"]

#: Each is ``command`` in the module of its name, loaded when it is asked for.
COMMANDS = (
    "demo",
    "http",
    "ftp",
    "mail",
    "files",
    "at",
    "info",
    "ports",
    "virtual",
    "explain",
    "record",
    "replay",
    "commands",
)

_EXAMPLES = """\b
Examples:
  simcom demo
  simcom virtual --dialect sim800 --pty
  simcom info --port /dev/ttyUSB2
  simcom http get --port /dev/ttyUSB2 --apn internet http://example.com/fw.bin -o fw.bin
  simcom ftp put --port /dev/ttyUSB2 --user u '/var/log/*.log' ftp://ftp.example.com/logs/

\b
Exit status:
  0 done, 1 the module or the server said no, 2 wrong usage, 3 port or time-out, 130 interrupted
"""

_log = logging.getLogger(__name__)


class CommandList(click.Group):
    """The commands of ``simcom``, each imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"simcom_async.cli.{cmd_name}").command
        _keep_examples(command)
        return command


def _keep_examples(command: click.Command) -> None:
    """Let click see the mark in front of lines that it must not wrap, which a raw docstring spells out."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _keep_examples(inner)


def _version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from simcom_async import __version__

        click.echo(f"simcom {__version__}")
        ctx.exit()


@click.group(cls=CommandList, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Print the version."
)
@evidence_option
def simcom() -> None:
    """SIMCom cellular modules: drive one, or run a virtual one."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; its exit status. Expected errors are one sentence on stderr."""
    words = None if arguments is None else list(arguments)
    file = EvidenceFile()
    try:
        outcome = simcom.main(args=words, prog_name="simcom", standalone_mode=False, obj=file)
    except click.ClickException as error:
        error.show()
        return Status.USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("simcom: interrupted", err=True)
        return Status.INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except (SimcomError, Refused, OSError) as error:
        _log.debug("the command failed", exc_info=error)
        if str(error):
            click.echo(f"simcom: {sentence(error)}", err=True)
        file.keep(error)
        return status_of(error)
    return outcome if isinstance(outcome, int) else Status.DONE


def _reader_left() -> int:
    """Whoever read the output wants no more of it: say nothing, also not when Python flushes at its end."""
    sys.stdout = None
    return Status.REFUSED
