"""`make bench`: what the product costs, measured on a server and on data of the bench's own."""
