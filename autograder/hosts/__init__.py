"""One marking, any host: a small module for each says how its marks reach it. None has any part in a mark."""
