"""What the list of people costs, of ten accounts and of two thousand."""
