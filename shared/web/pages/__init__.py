"""Pages for people with a browser, the same way in every service that has some: docs/pages.md tells how to add one."""
