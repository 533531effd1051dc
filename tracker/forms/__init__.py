"""A POST into clean values. Forms parse and keep what was typed; whether it may be written is for `tracker.actions`."""
