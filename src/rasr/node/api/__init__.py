"""The HTTP API: the register for other programs of the same owner, with the same rights as the pages."""
