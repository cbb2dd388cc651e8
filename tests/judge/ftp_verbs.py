"""The verbs of the FTP examples."""

from __future__ import annotations

from collections.abc import Mapping

from tests.judge.declared import of_judged_services
from tests.judge.verb import Verb

__all__ = ["NO_VERB", "VERBS"]

VERBS: Mapping[str, Verb] = {}
#: Examples whose verbs are still to be named.
NO_VERB = frozenset(one.name for one in of_judged_services() if one.service == "ftp") - VERBS.keys()
