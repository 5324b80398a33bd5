"""For the maintainer of the assignment."""
