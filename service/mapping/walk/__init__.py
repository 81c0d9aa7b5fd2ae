"""A plan run step by step in both directions: the reference for the emitted code, and the path of everything that is not plain."""
