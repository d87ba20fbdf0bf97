"""The records of a region: its typed tables, their files, and every check of them."""
