"""What every service that consumes events offers its operator."""

from shared.operations.dead_letters import dead_letter_routes

__all__ = ["dead_letter_routes"]
