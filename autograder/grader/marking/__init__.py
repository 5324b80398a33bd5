"""From a submission to a results file."""
