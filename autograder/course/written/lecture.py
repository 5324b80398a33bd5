"""The lecture's questions that no paper of the quiz asks."""

from course.quiz.question import Question, Stratum, Text, formula

LECTURE = Stratum("lecture", Text("The lecture's questions", "課堂上的問題"), "written", 3)
DDIM = "Denoising Diffusion Implicit Models (DDIM)"


def _own(key: str, slide: str, text: Text, *must: Text, wrong: tuple[Text, ...]) -> Question:
    """A question to be answered in writing; what is often said wrongly says itself what is believed."""
    return Question(key, slide, LECTURE, text, must, wrong={str(place): each for place, each in enumerate(wrong)})


QUESTIONS = [
    _own(
        "score",
        "(Stein) Score Function",
        Text(
            r"What is the score of $q(x_t \mid x_0)$, and how is it related to $\varepsilon_t$? What does a "
            "network that predicts the noise then predict?",
            r"$q(x_t \mid x_0)$ 的 score 是什麼？它和 $\varepsilon_t$ 有什麼關係？那麼預測 noise 的 network "
            "在預測什麼？",
        ),
        formula(
            r"\nabla_{x_t} \log q(x_t \mid x_0) = -\frac{x_t - \sqrt{\bar\alpha_t} x_0}{1 - \bar\alpha_t}",
        ),
        Text(
            r"This is $-\varepsilon_t / \sqrt{1 - \bar\alpha_t}$, since "
            r"$x_t - \sqrt{\bar\alpha_t} x_0 = \sqrt{1 - \bar\alpha_t} \varepsilon_t$.",
            r"它等於 $-\varepsilon_t / \sqrt{1 - \bar\alpha_t}$，因為 "
            r"$x_t - \sqrt{\bar\alpha_t} x_0 = \sqrt{1 - \bar\alpha_t} \varepsilon_t$。",
        ),
        Text(
            r"The network predicts the score, up to a negative factor that depends on $t$.",
            r"Network 預測的就是 score，只差一個與 $t$ 有關的負的倍數。",
        ),
        wrong=(
            Text(r"The score is $-\varepsilon_t$, without the factor.", r"Score 就是 $-\varepsilon_t$，漏了倍數。"),
            Text(
                "The score points along the noise (the sign is lost).",
                "Score 指向 noise 的方向（漏了負號）。",
            ),
            Text(
                r"The noise is divided by $1 - \bar\alpha_t$, the variance.",
                r"把 noise 除以 $1 - \bar\alpha_t$，也就是 variance。",
            ),
        ),
    ),
    _own(
        "tweedie",
        "Tweedie's Formula",
        Text(
            "How can the true mean of a normal distribution be estimated from a sample drawn from it? The score "
            r"of which density is needed, and what does the estimate give for $x_t$?",
            "如何從一個常態分布的樣本估計它真正的 mean？需要哪個 density 的 score？用在 $x_t$ 上會得到什麼？",
        ),
        Text(
            r"$\mathbb E[\mu \mid x] = x + \Sigma \nabla_x \log p(x)$, with $\Sigma$ known.",
            r"$\mathbb E[\mu \mid x] = x + \Sigma \nabla_x \log p(x)$，其中 $\Sigma$ 已知。",
        ),
        Text(
            r"$p$ is the marginal density of $x$, not the density given $\mu$.",
            r"$p$ 是 $x$ 的 marginal density，不是給定 $\mu$ 的 density。",
        ),
        Text(
            r"With $\mu = \sqrt{\bar\alpha_t} x_0$ it gives the predicted clean data: $x_{0 \mid t} = (x_t + "
            r"(1 - \bar\alpha_t) \nabla \log q(x_t)) / \sqrt{\bar\alpha_t}$.",
            r"取 $\mu = \sqrt{\bar\alpha_t} x_0$，得到預測的乾淨資料： $x_{0 \mid t} = (x_t + "
            r"(1 - \bar\alpha_t) \nabla \log q(x_t)) / \sqrt{\bar\alpha_t}$。",
        ),
        wrong=(
            Text("The mean of the samples is taken.", "直接取樣本的平均。"),
            Text(
                r"The score of $q(x_t \mid x_0)$ is taken, as a slide has it: it needs the unknown $x_0$.",
                r"用了 $q(x_t \mid x_0)$ 的 score，如投影片所寫：那需要知道正在找的 $x_0$。",
            ),
        ),
    ),
    _own(
        "why_the_score",
        "Langevin Dynamics",
        Text(
            r"Why is the score function important? How is it used to sample, and why is it easier to learn than "
            r"$q(x)$ itself?",
            r"為什麼 score function 很重要？如何用它取樣？為什麼它比 $q(x)$ 本身容易學？",
        ),
        Text(
            r"With the score alone one can sample from $q(x)$, without knowing $q(x)$ (Langevin dynamics).",
            r"只要有 score，不必知道 $q(x)$，就能從 $q(x)$ 取樣（Langevin dynamics）。",
        ),
        Text(
            r"By many small steps $x \leftarrow x + \eta \nabla_x \log q(x) + \sqrt{2 \eta} z$ with fresh noise "
            "$z$.",
            r"走很多小步 $x \leftarrow x + \eta \nabla_x \log q(x) + \sqrt{2 \eta} z$，每步的 $z$ 是新的 noise。",
        ),
        Text(
            r"The normalising constant of $q(x)$ drops out of the gradient of its logarithm.",
            r"取對數再取 gradient， $q(x)$ 的 normalizing constant 就消失了。",
        ),
        wrong=(
            Text(
                "The score is followed without noise, which ends in a peak and does not sample.",
                "只跟著 score 走、不加 noise：那會停在高峰，不是取樣。",
            ),
            Text(r"The score is the probability of $x$.", r"Score 就是 $x$ 的機率。"),
        ),
    ),
    _own(
        "score_from_samples",
        "Noise-Conditional Score-Based Models",
        Text(
            r"How do we compute $\nabla_x \log q(x)$ when we only have samples of $q(x)$?",
            r"只有 $q(x)$ 的樣本時，如何計算 $\nabla_x \log q(x)$？",
        ),
        Text(
            r"Noise is added to the samples: $q(x_t)$ is then a mixture of known Gaussians $q(x_t \mid x_0)$.",
            r"在樣本上加 noise： $q(x_t)$ 就是已知的高斯分布 $q(x_t \mid x_0)$ 的 mixture。",
        ),
        Text(
            r"A network is trained to match the score of $q(x_t \mid x_0)$, which is known.",
            r"訓練 network 去符合 $q(x_t \mid x_0)$ 的 score，這個 score 是已知的。",
        ),
        Text(
            r"Its best answer is the score of $q(x_t)$, since the two losses differ by a constant without "
            r"$\theta$.",
            r"最好的答案就是 $q(x_t)$ 的 score，因為兩個 loss 只差一個不含 $\theta$ 的常數。",
        ),
        wrong=(
            Text(
                r"The density is estimated first, and then differentiated.",
                r"先估計 density，再微分。",
            ),
            Text(
                "The score without noise is obtained exactly.",
                "可以精確得到沒有 noise 的資料的 score。",
            ),
        ),
    ),
    _own(
        "speed_up",
        "Diffusion Models – Pros and Cons",
        Text(
            "How can the reverse process be sped up while the quality stays good? Why does the network not have "
            "to be trained again?",
            "如何加速反向過程，同時維持良好的生成品質？為什麼不必重新訓練 network？",
        ),
        Text(
            r"Only a sub-sequence $\tau_1 < \dots < \tau_S$ of the steps is made, so that the network is called "
            "$S$ times.",
            r"只走 step 的一個子序列 $\tau_1 < \dots < \tau_S$，所以 network 只被呼叫 $S$ 次。",
        ),
        Text(
            r"The training saw $q(x_t \mid x_0)$ alone, and the faster process keeps it.",
            r"訓練只看到 $q(x_t \mid x_0)$，而加速後的過程保持它不變。",
        ),
        Text(
            r"Less fresh noise is added in a step ($\eta$ near 0), which keeps the quality with few steps.",
            r"每一步加較少的新 noise（ $\eta$ 接近 0），步數少時品質也不會掉太多。",
        ),
        wrong=(
            Text("A smaller network, or a shorter training.", "用小一點的 network，或少訓練一些。"),
            Text(
                r"The DDPM steps $t \to t - 1$ are made for some $t$ only, with the table's $\beta_t$.",
                r"只在某些 $t$ 走 DDPM 的 $t \to t - 1$，並沿用表裡的 $\beta_t$。",
            ),
        ),
    ),
    _own(
        "coefficients",
        "Key Idea",
        Text(
            r"Q1: what are the mean and the variance of $q_\sigma(x_{t-1} \mid x_0)$ with respect to $\omega_0$, "
            r"$\omega_t$ and $b$? Q2: what are $\omega_0$, $\omega_t$ and $b$? Show the way from the one to the "
            "other.",
            r"Q1： $q_\sigma(x_{t-1} \mid x_0)$ 的 mean 和 variance 用 $\omega_0$、 $\omega_t$、 $b$ 怎麼寫？"
            r"Q2： $\omega_0$、 $\omega_t$、 $b$ 是什麼？寫出推導過程。",
        ),
        Text(
            r"Mean $(\omega_0 + \omega_t \sqrt{\bar\alpha_t}) x_0 + b$, variance "
            r"$\sigma_t^2 + \omega_t^2 (1 - \bar\alpha_t)$.",
            r"Mean 是 $(\omega_0 + \omega_t \sqrt{\bar\alpha_t}) x_0 + b$，variance 是 "
            r"$\sigma_t^2 + \omega_t^2 (1 - \bar\alpha_t)$。",
        ),
        Text(
            r"The variance has to be $1 - \bar\alpha_{t-1}$: $\omega_t = \sqrt{(1 - \bar\alpha_{t-1} - "
            r"\sigma_t^2) / (1 - \bar\alpha_t)}$, the positive root.",
            r"Variance 必須是 $1 - \bar\alpha_{t-1}$： $\omega_t = \sqrt{(1 - \bar\alpha_{t-1} - "
            r"\sigma_t^2) / (1 - \bar\alpha_t)}$，取正的根。",
        ),
        Text(
            r"The mean has to be $\sqrt{\bar\alpha_{t-1}} x_0$ for every $x_0$: $b = 0$ and "
            r"$\omega_0 = \sqrt{\bar\alpha_{t-1}} - \sqrt{\bar\alpha_t} \omega_t$.",
            r"對每個 $x_0$，mean 必須是 $\sqrt{\bar\alpha_{t-1}} x_0$： $b = 0$， "
            r"$\omega_0 = \sqrt{\bar\alpha_{t-1}} - \sqrt{\bar\alpha_t} \omega_t$。",
        ),
        wrong=(
            Text(
                r"$\omega_0 = \sqrt{\bar\alpha_{t-1}}$: the clean data in $x_t$ are forgotten.",
                r"$\omega_0 = \sqrt{\bar\alpha_{t-1}}$：忘了 $x_t$ 裡已經有乾淨資料。",
            ),
            Text(
                r"$\omega_t$ without its square in the variance.",
                r"Variance 裡的 $\omega_t$ 漏了平方。",
            ),
            Text("The coefficients are copied, without a way to them.", "只抄了係數，沒有推導過程。"),
        ),
    ),
    _own(
        "sigma_zero",
        DDIM,
        Text(
            r"What if we set $\sigma_t^2 = 0$? What becomes deterministic, given what, and what is it good for?",
            r"如果令 $\sigma_t^2 = 0$ 會怎樣？什麼變成確定的（deterministic）？是在給定什麼的時候？這有什麼用？",
        ),
        Text(
            r"The reverse process adds no noise: the same $x_T$ always gives the same $x_0$.",
            r"反向過程不再加 noise：同一個 $x_T$ 永遠得到同一個 $x_0$。",
        ),
        Text(
            r"The forward process is determined given $x_0$ and $x_T$; given $x_0$ alone, $x_T$ is still drawn.",
            r"正向過程在給定 $x_0$ 和 $x_T$ 時是確定的；只給定 $x_0$ 時， $x_T$ 仍然是抽出來的。",
        ),
        Text(
            "One use: large steps with few calls, going back from an image to its $x_T$, or passing smoothly "
            "from one image to another.",
            r"一個用途：少數幾個大步，或把影像走回它的 $x_T$，或在兩張影像之間平滑地變化。",
        ),
        wrong=(
            Text("All images are the same.", "所有影像都一樣。"),
            Text(
                r"The forward process has no randomness at all, also given $x_0$ alone.",
                r"正向過程完全沒有隨機性，只給定 $x_0$ 時也一樣。",
            ),
        ),
    ),
    _own(
        "ddpm_is_special",
        "DDIM",
        Text(
            r"Check that DDPM is a special case of DDIM when $\sigma_t^2 = \frac{1 - \bar\alpha_{t-1}}{1 - "
            r"\bar\alpha_t} \beta_t$.",
            r"驗證當 $\sigma_t^2 = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t} \beta_t$ 時，"
            "DDPM 是 DDIM 的特例。",
        ),
        Text(
            r"Put in, with $\beta_t = 1 - \bar\alpha_t / \bar\alpha_{t-1}$: $1 - \bar\alpha_{t-1} - \sigma_t^2 = "
            r"\alpha_t (1 - \bar\alpha_{t-1})^2 / (1 - \bar\alpha_t)$.",
            r"代入 $\beta_t = 1 - \bar\alpha_t / \bar\alpha_{t-1}$： $1 - \bar\alpha_{t-1} - \sigma_t^2 = "
            r"\alpha_t (1 - \bar\alpha_{t-1})^2 / (1 - \bar\alpha_t)$。",
        ),
        Text(
            r"So $\omega_t = \sqrt{\alpha_t} (1 - \bar\alpha_{t-1}) / (1 - \bar\alpha_t)$, the posterior's.",
            r"所以 $\omega_t = \sqrt{\alpha_t} (1 - \bar\alpha_{t-1}) / (1 - \bar\alpha_t)$，就是 posterior 的。",
        ),
        Text(
            r"And $\omega_0 = \sqrt{\bar\alpha_{t-1}} \beta_t / (1 - \bar\alpha_t)$, the posterior's, with "
            "the same variance: it is the DDPM step.",
            r"而且 $\omega_0 = \sqrt{\bar\alpha_{t-1}} \beta_t / (1 - \bar\alpha_t)$，也是 posterior 的，variance "
            "也相同：這就是 DDPM 的一步。",
        ),
        wrong=(
            Text("Only the variances are compared, not the means.", "只比較了 variance，沒有比較 mean。"),
            Text(
                r"It is compared with the slide's DDPM mean, which has a root below and a minus (misprints).",
                "拿來比較的是投影片上的 DDPM mean，它的分母多了根號，還有一個負號（印錯）。",
            ),
        ),
    ),
]
