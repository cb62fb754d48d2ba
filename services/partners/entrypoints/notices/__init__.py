"""The public page of notices."""
