"""For a TA during the term: one submission, a class, what a changed check changed."""
