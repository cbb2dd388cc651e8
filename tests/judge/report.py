"""Says at the end of a run what the manual has and the judge does not see yet, and why."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.judge.declared import UNJUDGED, command_names, declared_services, judged_services
from tests.judge.transcript import load_all
from tests.judge.verbs import WAITING

__all__ = ["MissingReport", "missing", "waiting"]


def missing() -> list[str]:
    """A line for each family and service that is not judged: the number of its transcripts and commands, and why."""
    declared, judged = declared_services(), judged_services()
    transcripts = Counter((transcript.family, transcript.service) for transcript in load_all())
    return [
        f"missing: {family} {service} ({transcripts[family, service]} transcripts, {len(names)} commands): "
        f"{UNJUDGED[family, service] if (family, service) in declared else 'not declared'}"
        for (family, service), names in sorted(command_names().items())
        if (family, service) not in judged
    ]


def waiting() -> list[str]:
    """A line for each family and service with examples that no verb does yet, and their number."""
    found = Counter(" ".join(name.split("-")[:2]) for name in WAITING)
    return [f"waiting: {service} ({count} examples): no verb of a session" for service, count in sorted(found.items())]


class MissingReport:
    """A plug-in of the test run: its section stands below the results, also when all tests have passed."""

    NAME = "judge-missing-report"

    @classmethod
    def register(cls, config: pytest.Config) -> None:
        """Take part in the run, once."""
        if not config.pluginmanager.has_plugin(cls.NAME):
            config.pluginmanager.register(cls(), cls.NAME)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the section."""
        lines = [*missing(), *waiting()]
        if lines:
            terminalreporter.section("of the manual, not judged yet")
            for line in lines:
                terminalreporter.line(line)
