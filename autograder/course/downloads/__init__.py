"""What a class handed in, as each host hands it to the course, and the marks as the host takes them back."""
