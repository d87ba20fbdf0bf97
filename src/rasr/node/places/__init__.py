"""Organisations, sites and stores: the rows that rights and records both point to."""
