"""`make bench`: what the product costs, measured on its own server and its own data. Run `python -m tests.bench`."""
