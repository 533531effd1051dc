"""The audit trail: its lines, the chain that finds its forgers, and the triggers that keep rows append-only."""
