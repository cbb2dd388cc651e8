"""The targets, one a file."""
