"""The kinds of term, one file each: what stands at a path, how it is written, read, checked and compiled."""
