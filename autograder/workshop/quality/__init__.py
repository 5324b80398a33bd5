"""How good samples are, and which mistakes that shows."""
