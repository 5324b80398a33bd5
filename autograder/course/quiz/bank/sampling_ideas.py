"""What sampling with few steps does, in the student's words."""

from course.quiz.question import Question, Text, formula
from course.quiz.strata import SAMPLING_IDEAS

DDIM = "Denoising Diffusion Implicit Models (DDIM)"


QUESTIONS = [
    Question(
        "few_steps",
        "A. 關鍵差異：隨機 vs 確定性",
        SAMPLING_IDEAS,
        Text(
            r"Why does the quality suffer less from few steps at $\eta = 0$ than at $\eta = 1$?",
            r"為什麼步數變少時，在 $\eta = 0$ 的品質不會像 $\eta = 1$ 掉那麼多？",
        ),
        (
            Text(
                r"A step puts the predicted $x_{0 \mid t}$ in the place of $x_0$. That is an error, and it grows "
                "with the size of the step.",
                r"每一步用預測的 $x_{0 \mid t}$ 代替 $x_0$。這是一個誤差，步子越大誤差越大。",
            ),
            Text(
                r"At $\eta = 1$ each step adds fresh noise: the path is crooked, and only small steps keep the error "
                "small.",
                r"在 $\eta = 1$，每一步都加新的 noise：軌跡彎曲、迂迴，要小步才能控制誤差。",
            ),
            Text(
                r"At $\eta = 0$ the path is a smooth curve (that of an ODE), which large steps follow with little "
                "error.",
                r"在 $\eta = 0$，軌跡是平滑的曲線（一個 ODE 的解），大步也能跟得上。",
            ),
        ),
        wrong={
            "fewer_calls": Text(
                r"At $\eta = 0$ the network is called less often.", r"在 $\eta = 0$，network 被呼叫的次數比較少。"
            ),
            "trained_for_eta": Text(r"The network was trained for $\eta = 0$.", r"Network 就是為 $\eta = 0$ 訓練的。"),
        },
        about=("few_steps",),
    ),
    Question(
        "both_means",
        "DDPM vs. DDIM",
        SAMPLING_IDEAS,
        Text(
            r"Write the mean $\tilde\mu$ of $x_{t-1}$ with $x_t$ and $\hat\varepsilon$ alone, for DDPM and for DDIM "
            r"with any $\sigma_t$. For which $\sigma_t$ are the two equal?",
            r"只用 $x_t$ 和 $\hat\varepsilon$，寫出 DDPM 以及任意 $\sigma_t$ 的 DDIM 的 $x_{t-1}$ 的 mean "
            r"$\tilde\mu$。在哪個 $\sigma_t$ 兩者相等？",
        ),
        (
            formula(
                r"\tilde\mu_{\mathrm{DDPM}} = \frac{1}{\sqrt{\alpha_t}} \left(x_t - \frac{1 - \alpha_t}{\sqrt{1 - "
                r"\bar\alpha_t}} \hat\varepsilon\right)"
            ),
            formula(
                r"\tilde\mu_{\mathrm{DDIM}} = \sqrt{\bar\alpha_{t-1}} \frac{x_t - \sqrt{1 - \bar\alpha_t} "
                r"\hat\varepsilon}{\sqrt{\bar\alpha_t}} + \sqrt{1 - \bar\alpha_{t-1} - \sigma_t^2} \hat\varepsilon"
            ),
            formula(r"\sigma_t^2 = \tilde\beta_t = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t} \beta_t"),
        ),
        wrong={
            "equal_at_zero": Text(r"They are equal at $\sigma_t = 0$.", r"在 $\sigma_t = 0$ 時相等。"),
            "alpha_bar_for_alpha": Text(
                r"$\bar\alpha_t$ stands in the place of $\alpha_t$.", r"把 $\alpha_t$ 寫成 $\bar\alpha_t$。"
            ),
        },
        about=("ddpm_mean", "ddim_mean", "special_case"),
    ),
    Question(
        "when_markovian",
        DDIM,
        SAMPLING_IDEAS,
        Text(
            r"For which $\sigma_t$ is the forward process of DDIM Markovian? What drops out of which distribution "
            "then, and which process is it?",
            r"在哪個 $\sigma_t$，DDIM 的正向過程是 Markovian？這時什麼從哪個分布裡消失？它是哪個過程？",
        ),
        (
            Text(
                r"For $\sigma_t^2 = \tilde\beta_t$, the variance of the posterior ($\eta = 1$).",
                r"當 $\sigma_t^2 = \tilde\beta_t$，也就是 posterior 的 variance（$\eta = 1$）。",
            ),
            Text(
                r"$x_0$ drops out of $q_\sigma(x_t \mid x_{t-1}, x_0)$.",
                r"$x_0$ 從 $q_\sigma(x_t \mid x_{t-1}, x_0)$ 裡消失。",
            ),
            Text("It is the forward process of DDPM.", "它就是 DDPM 的正向過程。"),
        ),
        wrong={
            "always_markovian": Text(
                "It always is, since the jump is that of DDPM.", "永遠都是，因為跳躍和 DDPM 相同。"
            ),
            "markovian_at_zero": Text(
                r"For $\sigma_t = 0$, since nothing is random then.", r"當 $\sigma_t = 0$，因為那時沒有隨機性。"
            ),
        },
        about=("markovian", "special_case"),
    ),
    Question(
        "use_of_determinism",
        "DDIM Summary",
        SAMPLING_IDEAS,
        Text(
            r"Name three things that hold or can be done at $\eta = 0$, and not at $\eta = 1$.",
            r"說出三件在 $\eta = 0$ 成立或做得到、在 $\eta = 1$ 卻不行的事。",
        ),
        (
            Text(
                r"The same $x_T$ gives the same image, again and again.", r"同一個 $x_T$ 不管生成幾次都得到同一張影像。"
            ),
            Text(
                "The steps can be undone: an image can be taken back to its $x_T$, and between two $x_T$ one can "
                "pass smoothly.",
                r"每一步都可以倒著走：影像可以走回它的 $x_T$，也可以在兩個 $x_T$ 之間平滑地變化。",
            ),
            Text(
                "Few steps are nearly as good as many; the path is a smooth curve, the solution of an ODE.",
                "少數幾步就和很多步差不多；軌跡是平滑的曲線，是一個 ODE 的解。",
            ),
        ),
        wrong={
            "no_retraining_at_zero_only": Text(
                r"The network need not be trained again (which holds at every $\eta$).",
                r"不必重新訓練 network（其實任何 $\eta$ 都不必）。",
            ),
        },
        about=("determinism", "few_steps"),
    ),
]
