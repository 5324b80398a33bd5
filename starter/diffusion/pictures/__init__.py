"""The figures of `make figures`, a module for each; each has a function of its own name that returns the page.

Those in `table.MEASURED` have a function `measure`, too, which returns a table of `make measure`.

noising        1  the forward jump                     paths          4  DDPM's crooked paths, DDIM's smooth ones
langevin       2  small σ, large σ, falling σ          step_grid      5  images for each number of steps and each η
reverse_sde    3  the reverse SDE against the ODE      tables         6  your table of S and η beside the paper's
interpolation  7  between two x_T                      inversion      8  from an image to its x_T and back
small_steps    9  as dt → 0: the SDE and the ODE       forward_chain 10  DDIM's forward process, drawn
few_images    11  FID of right images                  blind_spots   12  wrong images that metrics like
annealed      13  DDPM and annealed Langevin dynamics  two_losses     —  a table: both losses, on two moons
duration       —  a table: the time of S steps         score_images   —  a table: both losses, on images
image_losses   —  a table: both losses, at each t      langevin_images —  a table: FID of Langevin's images
discretized       how far two ways lie apart, for 9    page              the sheet and its caption
yours             calls your functions, says why not   images            the network, noise, real images
table             what `make measure` prints           tau               your sub-sequence of steps
letters           words, and a font for them

In a notebook: `from diffusion.pictures.paths import paths`, then `paths()` as the last line of a cell.
"""
