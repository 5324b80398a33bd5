"""The likely cause of a wrong answer."""
