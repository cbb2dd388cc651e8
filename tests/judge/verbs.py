"""The verbs of all examples, by name: a service adds its table here, as it adds its needs in ``needs.py``."""

from __future__ import annotations

from collections.abc import Mapping

from tests.judge import ftp_verbs, http_verbs, mail_verbs, sim7100_ftp_verbs, sim7100_http_verbs, sim7100_mail_verbs
from tests.judge.verb import Verb

__all__ = ["NO_VERB", "VERBS", "WAITING"]

VERBS: Mapping[str, Verb] = {
    **http_verbs.VERBS,
    **ftp_verbs.VERBS,
    **mail_verbs.VERBS,
    **sim7100_mail_verbs.VERBS,
    **sim7100_ftp_verbs.VERBS,
    **sim7100_http_verbs.VERBS,
}
#: Examples of what no verb does, with the reason beside them where they are named.
NO_VERB = frozenset[str]().union(
    *(http_verbs.NO_VERB, ftp_verbs.NO_VERB, mail_verbs.NO_VERB),
    *(sim7100_mail_verbs.NO_VERB, sim7100_ftp_verbs.NO_VERB, sim7100_http_verbs.NO_VERB),
)
#: Examples whose verbs are not written yet; they are printed at the end of each run.
WAITING = sim7100_ftp_verbs.WAITING | sim7100_http_verbs.WAITING
