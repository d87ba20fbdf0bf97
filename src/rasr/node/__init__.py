"""The installation for many users: what happened in this stockpile, in a browser, on the owner's own machine."""
