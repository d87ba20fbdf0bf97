"""Plans: asked for, solved, kept, compared."""
