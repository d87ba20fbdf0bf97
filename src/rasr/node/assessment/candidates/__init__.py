"""Candidate sites for what-ifs."""
