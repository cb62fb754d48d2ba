"""Pages for workers and their families."""
