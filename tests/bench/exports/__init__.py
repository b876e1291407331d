"""What it costs to take the data out."""
