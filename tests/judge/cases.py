"""The cases of all forms that are judged: a service adds its tables here, as it adds its needs in ``needs.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.judge import ftp_cases, http_cases, mail_cases, sim7100_ftp_cases, sim7100_http_cases, sim7100_mail_cases
from tests.judge.case import Case, Values

__all__ = ["CASES", "NEEDS", "SAMPLES", "TAKEN"]

#: By family, name and form.
CASES: Mapping[tuple[str, str, str], Sequence[Case]] = {
    **http_cases.CASES,
    **ftp_cases.CASES,
    **mail_cases.CASES,
    **sim7100_mail_cases.CASES,
    **sim7100_ftp_cases.CASES,
    **sim7100_http_cases.CASES,
}
#: Values that stand for the fields of answers on the host's side, by name; with the family in front, for it alone.
SAMPLES: Mapping[str, Values] = {
    **http_cases.SAMPLES,
    **ftp_cases.SAMPLES,
    **mail_cases.SAMPLES,
    **sim7100_mail_cases.SAMPLES,
    **sim7100_ftp_cases.SAMPLES,
    **sim7100_http_cases.SAMPLES,
}
#: Values outside a natural limit, which the document does not print, that modules take all the same.
TAKEN: Mapping[tuple[str, str, str], str] = {**http_cases.TAKEN}
#: What the cases of a family and service need around the module, as transcripts say it.
NEEDS: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]] = {
    **http_cases.NEEDS,
    **ftp_cases.NEEDS,
    **mail_cases.NEEDS,
    **sim7100_mail_cases.NEEDS,
    **sim7100_ftp_cases.NEEDS,
    **sim7100_http_cases.NEEDS,
}
