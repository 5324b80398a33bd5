"""The float64 reference that the hidden checks hold a submission against. It imports numpy, never torch.

schedule        tables of alpha_bar, and even sub-sequences tau
steps           one step of everything: forward jump, posterior, DDPM, DDIM, Langevin, reverse SDE
samplers        the loops over those steps
gaussian        Gaussian data: the exact noise predictor, and the exact distribution that a sampler puts out
mixture         a mixture of Gaussians as data: the exact noise predictor
normal          proven bounds: whether numbers are standard normal, and whether a share is a right one
frechet         the Fréchet distance of two Gaussians, and FID
losses          both losses of any model, with their gradients at its answers
misconceptions  wrong formulas that students are known to write, for the functions that return values
wrong_chains    wrong moves of the loops
spellings       right formulas as people write them, and what they give
edits           what a spelling becomes by one small edit, or by two
edited_losses   losses with one edit
edited_chains   loops in which one edit changes each step
arrays          what they share: float64, coefficients beside states, Bayes' rule for Gaussians

It was written apart from `solution/` and by other routes (Bayes' rule, the marginal conditions, the drift of
the SDE), so that one mistake cannot stand in both. A coefficient is a number, 0-d or (B,), and goes with the
first axis of a state (B, *D). Inputs are never modified.
"""
