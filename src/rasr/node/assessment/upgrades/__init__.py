"""Upgrade projects: works against leaks, from the proposal until they are accepted."""
