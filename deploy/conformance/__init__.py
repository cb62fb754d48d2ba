"""Plays a partner's part against a hub and says which rules of the interface hold."""
