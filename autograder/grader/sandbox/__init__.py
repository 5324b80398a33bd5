"""Where a student's code runs, and the wire between it and the grader."""
