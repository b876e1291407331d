"""The archive at the end of a study: everything in open formats, with verifier and viewer that need Python alone."""
