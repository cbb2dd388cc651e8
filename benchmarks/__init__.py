"""Benchmarks against references in the same run: `python -m benchmarks`.

Ratios are judged, never absolute times: the reference runs in the same round, on the same core, so a slow or busy
machine slows both sides.
"""
