"""Coverage-guided fuzzing of whatever reads what others have written: ``python -m tests.fuzz``, or ``make fuzz``.

A target is one file of ``targets/``: ``check`` takes any bytes, makes a case of them and fails when a law is broken; it
needs no fuzzer, so that whatever was found is replayed by ``make test``. ``MODULES`` are those that it is there for,
``seeds`` are good cases to begin with. A case has at most ``LONGEST`` bytes.
"""
