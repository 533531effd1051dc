"""Request, door, response: the pages about accounts and signing in."""
