"""What the clinic knows, and how to reason with it.

Plain Python: no Django, no database, no clock. `now` is always an argument, so every answer can be
repeated and every rule tested at its edges.
"""
