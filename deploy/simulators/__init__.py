"""Systems of the hub's partners, as small as they can be: they use the public APIs only, as anybody's would.

They import nothing of the hub, so they double as examples to copy from.
"""
