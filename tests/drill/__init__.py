"""The drill with a synthetic study: saves go on, the machine dies, and all is brought back from the second place."""
