"""What a student reads about a misconception: its cause in words, never the right formula, and where to read on."""

from functools import reduce
from typing import NamedTuple

from grader.phrases import Phrase, phrase

MISPRINTS, CONVENTIONS = phrase("Misprints on the slides"), phrase("Conventions")
ONE_LINE = phrase("Change one line")


class Hint(NamedTuple):
    """A cause in English, as `phrase` wants it; section: of the handout, or a task, to read beside the task's own."""

    what: str
    section: str = ""


NOT_A_NUMBER = "not_a_number"
HINTS = {
    # roots, factors and signs
    "noise_not_rooted": Hint("the noise is scaled by a variance where a standard deviation belongs"),
    "signal_not_rooted": Hint("a root is missing on the factor of the clean data"),
    "neither_rooted": Hint("both roots are missing"),
    "factors_swapped": Hint("the factors of the data and of the noise are swapped"),
    "signal_not_scaled": Hint("the data is not scaled down before the noise is added"),
    "noise_not_scaled": Hint("the noise enters without its factor"),
    "noise_sign": Hint("the noise has the wrong sign"),
    "parenthesis": Hint("a parenthesis is missing, so that not all of the numerator is divided"),
    "not_divided": Hint("the division at the end is missing"),
    "extra_root": Hint("one square root too many is taken of the noise's variance"),
    "beta_outside_root": Hint("β_t stands outside the square root, as a slide prints it", MISPRINTS),
    "ratio_upside_down": Hint("the ratio of the two 1 − ᾱ stands on its head"),
    "alpha_bar_for_alpha": Hint("ᾱ_t is used where α_t of this pair is meant", CONVENTIONS),
    "alpha_for_alpha_bar": Hint("α_t of the pair is used where an ᾱ is meant", CONVENTIONS),
    "alpha_bar_t_for_prev": Hint("ᾱ_t is used where ᾱ_prev is meant", CONVENTIONS),
    "standard_deviation": Hint("a standard deviation is used where the variance is asked for"),
    "variance_squared": Hint("the variance is squared once more"),
    "variance_missing": Hint("the variance is left out"),
    "variance_for_sigma": Hint("a variance is used where its root, the standard deviation σ_t, belongs", CONVENTIONS),
    "fixed_large": Hint('the noise has the paper\'s other variance ("fixed large"), not the one that is asked for'),
    "first_item": Hint("every item of the batch gets the first item's coefficient"),
    "v_prediction": Hint("the model's answer is taken for v, as in v-prediction; here it is ε"),
    "log_variance": Hint("the logarithm of the variance is returned"),
    "beta_is_a_difference": Hint("β_t is taken as the difference of two ᾱ; it is made of their ratio", CONVENTIONS),
    "noise_at_its_maximum": Hint(
        "the fresh noise is as large as σ_t can ever be (times η, where there is one), as with ᾱ_t in the place of α_t",
        CONVENTIONS,
    ),
    "sigma_between_the_two": Hint("σ_t lies between the paper's two choices, as a learned one does; take the smaller"),
    "mean_is_x_0_pred": Hint("the mean is x_0_pred itself, as with ᾱ_t in the place of α_t", CONVENTIONS),
    "inverts_one_step": Hint("the step undoes a single forward step, as if ε were the noise of that step alone"),
    "eps_and_z_swapped": Hint("ε and z are swapped"),
    # losses
    "loss_huber": Hint("the errors enter by a Huber loss (smooth L1) instead of squared"),
    "score_from_unscaled_data": Hint("the target is measured from the clean data as it is, not as it is scaled in x_t"),
    "loss_absolute": Hint("the errors are taken absolutely instead of squared"),
    "loss_summed": Hint("the squared errors are summed where a mean over all elements is asked for"),
    "loss_half": Hint("the loss has a factor ½ that is not asked for"),
    "loss_rooted": Hint("a root is taken of the mean squared error"),
    "loss_weighted": Hint("the squared errors are weighted by the noise level, but the mean is to be unweighted"),
    "loss_predicts_x_0": Hint(
        "the model's answer is held against the clean data, which is not what the model predicts"
    ),
    "loss_predicts_eps": Hint("the model's answer is held against the noise, but this model predicts a score", "2.1"),
    "loss_of_the_clean_data": Hint("the model is asked about the clean data instead of the noisy state"),
    "table_zero_based": Hint("the table is read one step off, as if it did not begin with clean data", CONVENTIONS),
    "variance_exploding": Hint("the data is noised without being scaled down (the variance-exploding way)", MISPRINTS),
    # the posterior
    "posterior_slide": Hint("the posterior's mean is as a slide misprints it, sign and denominators", MISPRINTS),
    "posterior_slide_sign": Hint(
        "one of the two terms of the posterior's mean has the wrong sign (a slide misprints one)", MISPRINTS
    ),
    "posterior_slide_denominators": Hint("the posterior's mean has the denominators that a slide misprints", MISPRINTS),
    "weights_swapped": Hint("the weights of x_0 and x_t in the posterior's mean are swapped"),
    "weights_not_rooted": Hint("roots are missing in the weights of the posterior's mean"),
    # scores, Langevin, the reverse SDE
    "score_sign": Hint("the sign of the score is lost: it must point from the noise to the data"),
    "score_multiplied": Hint("ε is multiplied by the noise's standard deviation, which is not what the gradient gives"),
    "score_not_rooted": Hint("ε is divided by a variance where a standard deviation belongs"),
    "score_is_minus_eps": Hint("the scale of the score is left out"),
    "score_by_alpha_bar": Hint("the score is scaled by ᾱ_t, the signal's share, not by the noise's"),
    "tweedie_divided": Hint("the result is divided once more, by the factor of the signal"),
    "tweedie_minus": Hint("the score is subtracted"),
    "downhill": Hint("the score is subtracted: the steps go downhill"),
    "ncsn_half_step": Hint("the step is in the NCSN paper's form, whose step size means something else"),
    "half_drift": Hint("the score enters with half the step size"),
    "two_missing_under_root": Hint("a factor is missing under the root in front of the noise"),
    "two_outside_root": Hint("a factor stands outside the root in front of the noise"),
    "last_noise_missing": Hint("the last step adds no noise; every step of Langevin dynamics does"),
    "one_step_short": Hint("there is one step too few"),
    "annealed_fixed_step": Hint("the step size is the same at every noise level"),
    "step_outside_root": Hint("the step size stands outside the square root, which holds the 2 alone"),
    "annealed_ncsn_not_squared": Hint(
        "the step is in the NCSN paper's form, and follows the ratio of the noise levels without its square"
    ),
    "annealed_not_squared": Hint("the step size follows the ratio of the noise levels without its square"),
    "annealed_ratio_to_first": Hint("the step size is taken relative to the first noise level"),
    "annealed_ratio_upside_down": Hint("the ratio of the noise levels in the step size stands on its head"),
    "annealed_one_step_per_level": Hint("there is one step at each noise level, whatever steps_per_sigma says"),
    "annealed_wrong_order": Hint("the noise levels are gone through in the opposite order"),
    "annealed_skips_last_level": Hint("the last noise level is left out"),
    "annealed_asks_the_last_level": Hint("score_fn is always asked at the last noise level (late binding?)"),
    "beta_squared": Hint("β is taken for g, but it is g²"),
    "forward_drift": Hint("the drift of x has the sign of the forward process"),
    "time_not_turned": Hint("the drift is added as if time ran forwards"),
    "probability_flow": Hint("half the score is taken, as in the probability-flow ODE"),
    "dt_twice": Hint("dt stands in the wrong place, as a slide misprints it", MISPRINTS),
    "half_missing": Hint("a factor ½ is missing in the drift of x"),
    "noise_by_dt": Hint("dt stands outside the root in front of the noise"),
    # σ, η and the coefficients of the DDIM
    "eta_ignored": Hint("η does not reach the noise, which is always that of the DDPM"),
    "eta_squared": Hint("η is squared where it enters as it is"),
    "eta_under_root": Hint("η stands under the root without a square"),
    "eta_at_most_one": Hint("η is cut down to 1"),
    "eta_is_a_switch": Hint("any η above 0 counts as 1"),
    "eta_taken_as_zero": Hint("σ_t comes out as 0 whatever η is, so the step is always the deterministic one"),
    "eta_twice": Hint("η multiplies the noise a second time, although σ_t holds it already"),
    "noise_missing": Hint("no noise is added: its factor is 0, or the term is missing"),
    "direction_extra_root": Hint("one square root too many is taken in ω_t, the direction"),
    "direction_not_rooted": Hint("a square root is missing in ω_t, the direction"),
    "negative_root": Hint("ω_t is the negative root", MISPRINTS),
    "omega_0_bare": Hint("ω₀ does not allow for the clean data that ω_t x_t holds already"),
    "omega_t_bare": Hint("ω_t is the factor of the noise in x_t, not of x_t itself", ONE_LINE),
    "posterior_only": Hint("the coefficients are the DDPM posterior's, whatever σ_t is", ONE_LINE),
    "direction_ignores_sigma": Hint("the direction does not get shorter where fresh noise is added", ONE_LINE),
    "sigma_not_squared": Hint("σ_t stands in the radicand without its square", CONVENTIONS),
    "omegas_swapped": Hint("ω₀ and ω_t are swapped"),
    "omegas_of_x_0_and_eps": Hint("these are the factors of x_0_pred and ε, but ω_t is the factor of x_t", ONE_LINE),
    "direction_along_x_t": Hint("the direction is taken along x_t", ONE_LINE),
    "direction_without_eps": Hint("the direction's factor is there, but what it multiplies is missing", ONE_LINE),
    "direction_hidden_by_clamp": Hint(
        "the radicand of the direction has a wrong σ_t², and a clamp hides that", ONE_LINE
    ),
    "x_0_clipped": Hint("the predicted clean data is clipped, which the formula does not do"),
    # sub-sequences
    "range_from_zero": Hint(
        "the steps are counted from 0 by T // S; steps are 1-based, and S need not divide T", CONVENTIONS
    ),
    "range_from_one": Hint("the steps are counted from 1 by T // S; S need not divide T, and T must be in"),
    "range_down": Hint("the steps are counted by T // S, which is another number of steps where S does not divide T"),
    "range_down_cut": Hint("the steps are T // S apart and then cut, so they do not reach down evenly"),
    "inexact_division": Hint("T/S is not exact as a float, so that i·T/S falls beside a step: use whole numbers"),
    "multiples_of_the_stride": Hint(
        "the steps are multiples of T // S; they must be evenly spaced up to T, also where S does not divide T"
    ),
    "descending": Hint("the steps are in falling order"),
    "timesteps_zero_based": Hint("the steps are 0-based, from 0 to T − 1", CONVENTIONS),
    "starts_at_zero": Hint("the steps begin at 0, which is clean data", CONVENTIONS),
    "quadratic": Hint("the spacing is quadratic"),
    # any function, by one edit of its formula
    "root_missing": Hint("a square root is missing"),
    "root_extra": Hint("a square root is taken where none belongs"),
    "root_reach": Hint("a square root reaches over too much, or over too little"),
    "square_missing": Hint("a square is missing"),
    "square_extra": Hint("something is squared that enters as it is"),
    "sign": Hint("a sign is wrong"),
    "one_minus_missing": Hint('a "1 −" is missing'),
    "one_minus_extra": Hint('there is a "1 −" where none belongs'),
    "alpha_bar_prev_for_t": Hint("ᾱ_prev is used where ᾱ_t is meant", CONVENTIONS),
    "term_missing": Hint("a term is missing"),
    "factor_missing": Hint("a factor or a divisor is missing"),
    "factor_twice": Hint("a factor or a divisor enters twice"),
    "factor_two": Hint("there is a factor 2 or ½ too many, or one is missing"),
    "upside_down": Hint("something divides that should multiply, or the other way round"),
    "parentheses": Hint("a pair of parentheses is missing, or closes in another place"),
    "states_mixed_up": Hint("one tensor stands in the place of another"),
    NOT_A_NUMBER: Hint("NaN comes out, as from the root or the logarithm of a negative number, or from 0 divided by 0"),
    # loops
    "noise_scaled": Hint("the fresh noise is multiplied by a number that does not belong there"),
    "noise_not_normal": Hint("the fresh noise is not distributed as that of randn is"),
    "noise_missing_before_the_last": Hint("no noise is added one step too early (which step is the last?)"),
    "noise_at_the_end": Hint("noise is added in the last step, too"),
    "result_clipped": Hint("the result is clipped"),
    "starts_from_zeros": Hint("the chain begins from zeros and ignores the state that it was given"),
    "starts_from_fresh_noise": Hint("the chain begins from noise of its own and ignores the state that it was given"),
    "same_noise": Hint("the same noise is used at every step"),
    "shared_noise": Hint("all items of the batch get the same noise"),
    "asks_zero_based": Hint("the model is told t − 1, as in 0-based code", CONVENTIONS),
    "asks_the_index": Hint("the model is told the position in the sequence instead of the step"),
    "asks_the_previous_step": Hint("the model is told the step that it goes to instead of the step where it is"),
    "asks_twice": Hint("the model is called twice in each step"),
    "skips_first_step": Hint("the loop leaves out its first step, the noisiest"),
    "skips_last_step": Hint("the loop stops one step too early, before clean data"),
    "table_beta_on_subsequence": Hint(
        "σ_t uses the full table's β_t, which is another one on a sub-sequence", CONVENTIONS
    ),
    "sigma_of_the_full_chain": Hint(
        "σ_t is that of the step to t − 1, also where the sequence goes further", CONVENTIONS
    ),
    "table_one_late": Hint(
        "the table is read one place too late, so that the chain ends at its first step", CONVENTIONS
    ),
    "sigma_of_the_step_before": Hint("σ_t is read one place off"),
    "ends_at_first_alpha_bar": Hint("the last step goes to ᾱ_1 instead of clean data", CONVENTIONS),
    "previous_by_division": Hint("the step before t is taken to be t − T // S", CONVENTIONS),
    "previous_in_the_full_chain": Hint("the step before t is taken to be t − 1 of the full chain", CONVENTIONS),
    "subsequence_ignored": Hint("τ is ignored, and all steps of the full chain are made"),
    "starts_at_T": Hint("the first step is taken to be T, whatever τ ends with"),
    "inversion_adds_noise": Hint("fresh noise is added where the predicted noise is to be kept"),
    "inversion_backwards": Hint("τ is gone through from its end"),
    "inversion_skips_first_step": Hint("the data is taken for the state at τ_1, so the first step is missing"),
    "predicts_with_the_target": Hint(
        "both halves of a step use the ᾱ of one and the same step, so the state never moves"
    ),
    "jumps_from_the_data": Hint("each step jumps from the data itself instead of from the present prediction"),
}


def words(cause: str) -> Phrase:
    """A cause in words; one of two mistakes at once is joined by "+"."""
    first, *others = [phrase(HINTS[part].what) for part in cause.split("+")]
    return reduce(lambda one, other: phrase("{one}, and {other}", one=one, other=other), others, first)


def places(cause: str, task: str) -> str:
    """Where to read in the handout: the task, and what a cause has beside it."""
    section = next(filter(None, (HINTS[part].section for part in cause.split("+"))), "")
    if not section:
        return task
    if section[:1].isdigit():
        return phrase("{task} and {other}", task=task, other=section)
    return phrase('{task} and "{section}"', task=task, section=section)


def sentence(cause: str, where: str, task: str) -> Phrase:
    """What the student reads: the cause, where it shows and where to read."""
    return phrase(
        "Likely cause: {cause} (it shows, for instance, {where}). Read {places} in the handout.",
        cause=words(cause),
        where=where,
        places=places(cause, task),
    )
