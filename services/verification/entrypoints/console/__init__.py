"""The verifiers' console: pages for people, made by the same use cases as the API."""
