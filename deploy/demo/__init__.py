"""The demo: three accidents played through the public APIs of a running hub (`python -m deploy.demo`)."""
