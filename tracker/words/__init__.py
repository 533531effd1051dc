"""Words for what the record holds: times, results and the audit trail as people say them."""
