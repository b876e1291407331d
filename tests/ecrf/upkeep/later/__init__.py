"""A version after this one: an app more, whose only migration does what LATER says."""
