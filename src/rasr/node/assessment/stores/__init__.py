"""The danger of one store as the register stands now, what a change of it would do, and what a movement changes."""
