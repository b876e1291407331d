"""Files: copies of the source, with names blacked out, and the documents of the study."""
