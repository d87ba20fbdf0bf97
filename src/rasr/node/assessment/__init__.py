"""Runs of the danger assessment, kept and shown."""
