"""What the misprints of the slides would do."""

from course.quiz.question import Question, Text
from course.quiz.strata import MISPRINTS

QUESTIONS = [
    Question(
        "misprinted_posterior",
        "DDPM Reverse Process",
        MISPRINTS,
        Text(
            "A slide prints the mean of the DDPM posterior with a minus between its two terms and roots in its "
            "denominators. What does the misprint give where $t$ is small and $x_t = x_0 = 1$, and what is right?",
            "投影片把 DDPM posterior 的 mean 的兩項之間印成減號，分母印成根號。當 $t$ 很小而且 $x_t = x_0 = 1$ 時，"
            "印錯的式子給出什麼？正確的是什麼？",
        ),
        (
            Text(
                "Rightly the two weights sum to almost 1. A root below leaves them a factor of "
                r"$\sqrt{1 - \bar\alpha_t}$, which is small where $t$ is; the minus takes away some more.",
                r"正確的兩個權重相加幾乎是 1。分母變成根號，就多乘了 $\sqrt{1 - \bar\alpha_t}$， $t$ 小時它很小；"
                "減號又再減掉一些。",
            ),
        ),
        Text("a value near 0; right is about 1", "接近 0；正確的約為 1"),
        {
            "misprint_harmless": Text(
                "about 1, as is right: the two errors cancel", "約為 1，和正確的一樣：兩個錯互相抵消"
            ),
            "misprint_doubles": Text("about 2; right is about 1", "約為 2；正確的約為 1"),
            "posterior_is_zero": Text("about 1; right is a value near 0", "約為 1；正確的接近 0"),
        },
    ),
    Question(
        "misprinted_sigma",
        "Controlling Stochasticity",
        MISPRINTS,
        Text(
            r"A slide prints $\sigma_t$ with $\beta_t$ outside the root. Somebody uses it at $\eta = 1$ with few "
            "steps, in the right step formula. What happens?",
            r"投影片把 $\sigma_t$ 的 $\beta_t$ 印在根號外面。有人在 $\eta = 1$、步數少的時候，把它用在正確的一步裡。"
            "會發生什麼事？",
        ),
        (
            Text(
                r"$\beta_t \lt \sqrt{\beta_t}$, so the noise is too small. The marginals are kept with any "
                r"$\sigma_t$, and less noise is better with few steps.",
                r"$\beta_t \lt \sqrt{\beta_t}$，所以 noise 太小。任何 $\sigma_t$ 都保持 marginal，而步數少時 noise "
                "少反而比較好。",
            ),
        ),
        Text(
            "There is too little fresh noise. It is not DDPM any more, though the images may even look better.",
            "新的 noise 太少。它不再是 DDPM，但影像甚至可能看起來更好。",
        ),
        {
            "misprint_too_loud": Text(
                "There is too much fresh noise, and the images are grainy.", "新的 noise 太多，影像有雜點。"
            ),
            "misprint_harmless": Text(
                "Nothing: the direction makes up for it, so the images are those of DDPM.",
                "沒有影響：方向那一項會補回來，所以影像和 DDPM 的一樣。",
            ),
            "misprint_breaks_the_jump": Text(
                "The states no longer have the right variance, and the images become black.",
                "各狀態的 variance 不再正確，影像變成全黑。",
            ),
        },
        about=("sigma_t", "few_steps"),
    ),
    Question(
        "arbitrary_sigma",
        "Denoising Diffusion Implicit Models (DDIM)",
        MISPRINTS,
        Text(
            r"A slide allows “arbitrary $\sigma_t^2$”. Somebody takes $\eta = 3$ and, on a long step, gets a "
            r"$\sigma_t^2$ above $1 - \bar\alpha_{t-1}$. What comes out?",
            r"投影片說 “arbitrary $\sigma_t^2$”。有人取 $\eta = 3$，在一個大步上得到大於 $1 - \bar\alpha_{t-1}$ 的 "
            r"$\sigma_t^2$。會得到什麼？",
        ),
        (
            Text(
                r"The direction's factor is the root of $1 - \bar\alpha_{t-1} - \sigma_t^2$, which is negative then. "
                "More fresh noise than all noise cannot be.",
                r"方向的係數是 $1 - \bar\alpha_{t-1} - \sigma_t^2$ 的根，這時它是負的。新的 noise 不可能比全部的 "
                "noise 還多。",
            ),
        ),
        Text(
            "the root of a negative number: there is no such step",
            "負數的根號：這樣的一步不存在",
        ),
        {
            "sigma_arbitrary": Text(
                r"a right step: any $\sigma_t$ keeps the jump", r"正確的一步：任何 $\sigma_t$ 都保持跳躍"
            ),
            "direction_turns": Text(
                "a step in which the predicted noise has its sign turned", "預測的 noise 變號的一步"
            ),
            "noise_is_cut_off": Text(
                r"the step with $\eta = 1$, since more noise has no effect",
                r"$\eta = 1$ 的一步，因為更多的 noise 沒有作用",
            ),
        },
        about=("largest_sigma",),
    ),
    Question(
        "training_without_first_step",
        "Annealed Langevin Dynamics",
        MISPRINTS,
        Text(
            r"A slide trains with $t \gt 1$. What does a network that is trained so never see, and when is it asked "
            "about it?",
            r"投影片訓練時用 $t \gt 1$。這樣訓練的 network 從沒看過什麼？什麼時候會被問到？",
        ),
        (
            Text(
                r"Time counts from 1: $t = 1$ is the least noise, and the last step to the data asks at it.",
                r"時間從 1 算起： $t = 1$ 是最小的 noise，走到資料的最後一步問的就是它。",
            ),
        ),
        Text("the least noise; in the last step of sampling", "最小的 noise；取樣的最後一步"),
        {
            "misses_largest_noise": Text(
                "the largest noise; in the first step of sampling", "最大的 noise；取樣的第一步"
            ),
            "misses_clean_data": Text("clean data; in the last step of sampling", "乾淨的資料；取樣的最後一步"),
            "misprint_harmless": Text(
                r"nothing: $t = 1$ is clean data, about which it is never asked",
                r"沒有： $t = 1$ 是乾淨的資料，從來不會被問到",
            ),
        },
    ),
    Question(
        "doubled_dt",
        "Stochastic Differential Equations",
        MISPRINTS,
        Text(
            r"In the reverse SDE a slide prints $\mathbf f(x, t) dt$ inside a bracket that is multiplied by $dt$ "
            r"once more. Somebody codes that with small $dt$. What becomes of the drift $\mathbf f$?",
            r"投影片的反向 SDE 裡，括號內印了 $\mathbf f(x, t) dt$，括號外又乘了一次 $dt$。有人照著寫，用很小的 "
            r"$dt$。drift $\mathbf f$ 會怎麼樣？",
        ),
        (
            Text(
                r"It enters with $dt^2$, which sums to almost nothing over $1 / dt$ steps; the score's part is right.",
                r"它乘上的是 $dt^2$，走 $1 / dt$ 步加起來幾乎是零；score 的部分是對的。",
            ),
        ),
        Text("It all but vanishes; the score's part stays.", "它幾乎消失；score 的部分不變。"),
        {
            "drift_doubles": Text("It counts twice.", "它算了兩次。"),
            "misprint_harmless": Text(
                r"Nothing: with small $dt$ the difference is small, too.", r"沒有影響： $dt$ 很小時差別也很小。"
            ),
            "drift_explodes": Text("It grows beyond all bounds.", "它會無限變大。"),
        },
        about=("reverse_sde",),
    ),
]
