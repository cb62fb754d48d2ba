"""What must hold for the routes of every service."""

from fastapi import FastAPI

from shared.web.door import route_accesses


def assert_every_route_declares_its_scope(app: FastAPI) -> None:
    """Fails naming each route that is neither `secured(...)`, `public()` nor a `page(...)`. The door refuses such
    routes to everybody; this says so before a caller finds out."""
    undeclared = [
        f"{sorted(a.methods)} {a.path}" for a in route_accesses(app.routes) if a.scopes is None and a.roles is None
    ]
    assert not undeclared, f"routes that declare no scope: {undeclared}"
