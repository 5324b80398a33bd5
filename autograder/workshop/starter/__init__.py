"""Makes what is generated in starter/."""
