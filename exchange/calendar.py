"""Stand-in until the pure functions land."""
