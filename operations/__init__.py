"""Looking after a site: copies of its data, proof that they are whole, and a doctor that says what to mend.

Reads the records and never changes one; what it writes are files, and databases that were not there before.
"""
