"""Makes what is in assets/."""
