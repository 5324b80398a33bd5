"""The questions, by topic. A module has QUESTIONS; `bank` puts them together."""
