"""Who may see and do what on this node."""
