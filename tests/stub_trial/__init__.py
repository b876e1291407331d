"""A protocol of its own for the tests of the engine: three forms, and those of the visit and of the study's end."""
