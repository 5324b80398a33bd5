"""The pages for course staff."""
