"""`/perusahaan`: reports in a table, and where they stand, for employers without an HR system."""
