"""Lots: identity, condition, surveillance tests, bans and constraints."""
