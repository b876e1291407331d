"""Source data verification: which items a monitor has compared with the source, and which are to be."""
