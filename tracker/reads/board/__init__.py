"""The ward board: who is on the ward, how they are, and who is waiting."""
