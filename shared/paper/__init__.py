"""Papers: letters and receipts as PDF, from a sheet (a Typst template) and what stands on it (docs/decisions/0132)."""
