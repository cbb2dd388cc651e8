"""A pytest plugin that breaks one law before the tests run; BROKEN_LAW names the variant."""

import os

from tests.laws import variants

_NAME = os.environ.get("BROKEN_LAW", "")
if _NAME:
    getattr(variants, _NAME)()
