"""A protocol of its own for the tests of the engine: a few small forms."""
