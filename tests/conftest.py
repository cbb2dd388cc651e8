"""What every test of the project runs under; its fixtures are those of the plugin that users get."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A loaded machine is slow, not wrong: the time limit is per test (pytest-timeout), not per example. In CI the examples
# are the same in every run; elsewhere each run tries new ones.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
