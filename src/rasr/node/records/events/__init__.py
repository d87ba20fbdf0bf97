"""Losses, thefts, accidents, near misses; inspections, climate, corrective actions; what is due today."""
