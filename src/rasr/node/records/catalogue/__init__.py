"""The catalogue: names, packages, components, pictures; duplicates and merges; what is unidentified."""
