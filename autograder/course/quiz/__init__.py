"""`make quiz`: printable papers from a bank of questions, a key and a marking sheet for each, and a file for Moodle.

question   what a question is: its text in two languages, its numbers, what is right and what mistakes give
strata     the kinds of question that every paper has one of, by topic, kind, level and points
mistakes   the misconceptions, in words, and what those give that the oracle knows as formulas
bank/      the questions, by topic
figures    what a question shows
chains     what a sampler with one mistake does, for questions that show it
papers     which questions with which numbers a paper has
marks      the table that a person fills in with the marks
unequal    whether the questions of a stratum are equally difficult, by the marks
page       papers, keys and marking sheets as pages
moodle     the questions for a Moodle course
command    what is written where
"""
