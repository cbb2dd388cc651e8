"""The verbs of the SIM7100's HTTP and HTTPS examples."""

from __future__ import annotations

from collections.abc import Mapping

from tests.judge.verb import Verb

__all__ = ["NO_VERB", "VERBS", "WAITING"]

VERBS: Mapping[str, Verb] = {}
NO_VERB = frozenset(
    {
        # what a session never does: ask what a command takes, commands in the wrong state
        *("sim7100-http-chttpact-test", "sim7100-https-testform", "sim7100-https-chttpsopse-notstarted"),
    }
)
#: Examples of what HttpSession will do over this series; its flows do not exist yet. Whoever writes them moves each to
#: VERBS: nothing stays.
WAITING = frozenset(
    {
        *(f"sim7100-http-chttpact-{name}" for name in ("coding", "failed", "get", "post")),
        *(f"sim7100-https-{name}" for name in ("chttpsclse", "chttpsend-unsent", "chttpsend", "chttpsopse")),
        *(f"sim7100-https-{name}" for name in ("chttpsrecv", "chttpsstart", "chttpsstop", "recvevent")),
    }
)
