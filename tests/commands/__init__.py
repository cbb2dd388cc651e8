"""Tests of the declarations: literal lines of documents and devices."""
