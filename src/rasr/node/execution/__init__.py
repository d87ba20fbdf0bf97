"""Campaigns: what is carried out of a plan."""
