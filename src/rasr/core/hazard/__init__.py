"""What records need to know about danger: hazard divisions, compatibility groups, mixing, the licence of a store."""
