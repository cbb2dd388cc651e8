"""The language: what an AT line is, how it is written and read, and what belongs to what.

Nothing in here does I/O, reads a clock or imports asyncio.
"""
