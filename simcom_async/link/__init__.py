"""Host I/O: one port, one bus, one command in flight."""
