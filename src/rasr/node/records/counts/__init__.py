"""Counts: sheets frozen at a position of the ledger, counting without a network, differences; labels and scans."""
