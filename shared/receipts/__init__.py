"""Receipts: whatever a service has accepted gets a code at once, which anybody can check without seeing the content
(docs/decisions/0134)."""
