"""What it costs to import a laboratory's results, looked at first and then brought in."""
