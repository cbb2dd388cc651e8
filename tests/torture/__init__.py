"""Every verb of every session, struck by every kind of fault at every moment: ``python -m tests.torture``."""
