"""How places are secured: visits, answers, photographs, and phones away from the network."""
