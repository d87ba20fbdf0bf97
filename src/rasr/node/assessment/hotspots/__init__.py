"""Hotspots: contaminated areas, from the first report until they are handed over."""
