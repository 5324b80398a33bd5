"""What every paper has one question of, in the order of the lecture.

A stratum is a topic, a kind, a level and points, so papers are equally difficult by construction.
Level 1 recalls or reads off, 2 takes one formula or one thought, 3 takes several of them.
"""

from course.quiz.question import Stratum, Text

SCORES = Text("Scores and Tweedie's formula", "Score 與 Tweedie's formula")
LANGEVIN = Text("Langevin dynamics, score matching, SDEs", "Langevin dynamics、score matching 與 SDE")
KEY_IDEA = Text("The key idea of DDIM", "DDIM 的 key idea")
STEP = Text("One step", "走一步")
DDIM = Text("DDPM and DDIM", "DDPM 與 DDIM")
SAMPLING = Text("Sampling", "取樣")
METRICS = Text("Evaluation", "評估指標")
MISPRINT = Text("What a misprint would do", "如果照著印錯的寫")

SCORE_IDEAS = Stratum("score_ideas", SCORES, "choice", 1)
SCORE_NUMBERS = Stratum("score_numbers", SCORES, "number", 1)
LANGEVIN_IDEAS = Stratum("langevin_ideas", LANGEVIN, "choice", 1)
LANGEVIN_NUMBERS = Stratum("langevin_numbers", LANGEVIN, "number", 2)
KEY_IDEAS = Stratum("key_ideas", KEY_IDEA, "written", 3)
COEFFICIENTS = Stratum("coefficients", KEY_IDEA, "number", 2)
STEPS = Stratum("steps", STEP, "number", 2)
DDIM_IDEAS = Stratum("ddim_ideas", DDIM, "choice", 2)
SAMPLING_IDEAS = Stratum("sampling_ideas", SAMPLING, "written", 3)
EVIDENCE = Stratum("evidence", SAMPLING, "choice", 3)
EVALUATION = Stratum("evaluation", METRICS, "choice", 1)
MISPRINTS = Stratum("misprints", MISPRINT, "choice", 2)

STRATA = (
    *(SCORE_IDEAS, SCORE_NUMBERS, LANGEVIN_IDEAS, LANGEVIN_NUMBERS, KEY_IDEAS, COEFFICIENTS),
    *(STEPS, DDIM_IDEAS, SAMPLING_IDEAS, EVIDENCE, EVALUATION, MISPRINTS),
)
