"""The lecture's questions, answered in writing: `answers.md` for a student, a rubric and a table of marks for staff.

lecture    what is asked, what must be said and what is often said wrongly, where the quiz does not have it
questions  which question has which number, points and task, and which of them a course asks
sheet      answers.md and solution/RUBRIC.md, and what a student wrote into an answers.md
handed_in  the answers.md of a submission
table      OUT/written.csv, which a person fills in, and the marks that are read from it
page       OUT/written.html: each question with its rubric and all answers to it
"""
