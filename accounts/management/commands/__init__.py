"""Commands that a person or a clock runs."""
