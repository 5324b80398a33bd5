"""`make viva`: three to five questions about one submission's own lines, for a conversation of five minutes.

code       a student's file as data: its functions, and the lines to quote; nothing of it is run in this process
edits      what the lines become by one small edit
readings   what a function does, in a few numbers: asked in the sandbox, and of the oracle
values     the readings of the functions that return values
samplers   those of the DDPM's and the DDIM's samplers
loops      those of the other loops
words      what the words of a function are
value_words, loop_words   what is asked about each function, and why the right answer is right, in two languages
question   what a question is, and what follows from the numbers of its answer
questions  which questions a submission gets: first about its mistakes, then about edits whose effect was measured
page       the questions and answers as a page for the staff
command    what is written where
"""
