"""What the ward writes down and looks at."""
