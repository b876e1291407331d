"""What an anchor proves: keys, the file, its time stamp, and the comparison with a database."""
