"""Verifiers' work over HTTP: one module for each kind of it."""
