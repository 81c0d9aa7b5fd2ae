"""The two directions over bytes by emitted code, for our own resources without leftovers: the very answer of `walk`, or none."""
