"""Request, door, response."""
