"""The hidden checks of both assignments, and the float64 oracle that they compare a submission with."""
