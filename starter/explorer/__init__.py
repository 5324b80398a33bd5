"""The page of `make explore`: numbers of your functions on a grid of S × η, and a page that shows them.

grid       the positions of the sliders, and what each stands for
parts      what your functions give there, part by part; one that isn't done is a sentence
page       the page, one file, from page.html, page.css, the four scripts, words.json and the parts
engine.js  what the page computes: wrong samplers, and what a sampler puts out for data that are known exactly
draw.js    pictures
words.js   what is said, in either language: words.json
page.js    the sliders, and what is shown at each position
"""
