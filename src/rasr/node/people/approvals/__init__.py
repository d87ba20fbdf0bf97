"""Four eyes: acts that one person asks for and another approves or refuses."""
