"""What Ebb costs, in processor time of its server and beside a plain Django page: `make bench`, or `python -m bench`."""
