"""A package, so that the hub in a thread that its tests share ends with the last of them."""
