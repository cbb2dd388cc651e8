"""Bounded memory, bounded time and a named error, whatever the other side does."""
