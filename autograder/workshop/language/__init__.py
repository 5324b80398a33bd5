"""The catalogue of what the code says to students, `zh_TW.po`, and what is made from it."""
