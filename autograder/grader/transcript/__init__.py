"""What a student's loop asked, and what can be read from it."""
