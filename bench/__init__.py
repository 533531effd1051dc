"""How fast Ebb is, as ratios in one run against a plain Django page: `make bench`, or `python -m bench`."""
