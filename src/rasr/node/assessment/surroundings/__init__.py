"""Surveys of what stands around stores, safeguarding, and files for other people's maps."""
