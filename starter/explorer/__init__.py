"""The page of `make explore`: numbers of your functions on a grid of S × η, and a page that shows them.

grid       the positions of the sliders, and what each stands for
parts      the parts of the page, each what one of the next three gives; one that isn't done is a sentence
points     your functions on the line and in the plane
photos     images of the shipped network by your functions, and with a mistake of `wrong` in them
metrics    what IS, FID and KID see, from tables that come with the assignment
page       the page, one file, from page.html, page.css, its scripts, words.json and the parts
engine.js  what the page computes: wrong samplers, and what a sampler puts out for data that are known exactly
draw.js    pictures
words.js   what is said, in either language: words.json
show.js    what the page shows at a position of the sliders: paths, numbers, coefficients
images.js  what it shows of images there
page.js    the sliders
"""
