"""Tests that search: what may come at any time, at every place of every transcript, cut in every way."""
