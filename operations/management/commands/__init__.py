"""The commands for looking after a site."""
