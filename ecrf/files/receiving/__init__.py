"""What comes in as a file: refused, looked through for viruses, made anew without anything that is not seen."""
