"""Signing in: sessions, PINs, the second factor, devices, and what slows guesses down."""
