"""`make viva`: three to five questions about one submission's own lines, for a conversation of five minutes.

code       a student's file as data: its functions, and the lines to quote; nothing of it is run in this process
edits      what the lines become by one small edit
readings   what a function does, in a few numbers: asked in the sandbox, and of the oracle
values     the readings of the functions that return values
loops      those of the samplers
words      what the words of a function are
value_words, loop_words   what is asked about each function, and why the right answer is right, in two languages
questions  which questions a submission gets: first about its mistakes, then about edits whose effect was measured
page       the questions and answers as a page for the staff
command    what is written where
"""
