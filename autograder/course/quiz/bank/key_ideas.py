"""The key idea, in the student's words: a linear mean, the forward jump kept, the induction."""

from course.quiz.question import Question, Text, formula
from course.quiz.strata import KEY_IDEAS

SLIDE, DDIM = "Key Idea", "Denoising Diffusion Implicit Models (DDIM)"


QUESTIONS = [
    Question(
        "why_linear",
        DDIM,
        KEY_IDEAS,
        Text(
            r"Why is the mean of $q_\sigma(x_{t-1} \mid x_t, x_0)$ chosen as a linear combination of $x_0$ and "
            "$x_t$, plus a bias?",
            r"為什麼 $q_\sigma(x_{t-1} \mid x_t, x_0)$ 的 mean 要取 $x_0$ 與 $x_t$ 的線性組合再加上一個 bias？",
        ),
        (
            Text(
                r"$x_{t-1}$ has to be got from what is given, $x_t$ and $x_0$.",
                r"$x_{t-1}$ 必須由給定的 $x_t$ 和 $x_0$ 得到。",
            ),
            Text(
                r"A linear map of a Gaussian with Gaussian noise added is Gaussian, so $q_\sigma(x_{t-1} \mid x_0)$ "
                "stays a Gaussian.",
                r"高斯分布經過線性變換再加上高斯 noise 仍是高斯分布，所以 $q_\sigma(x_{t-1} \mid x_0)$ "
                "保持是高斯分布。",
            ),
            Text(
                "Its mean and variance then follow in closed form, so that the coefficients can be solved for.",
                "它的 mean 和 variance 因此有 closed form，可以解出係數。",
            ),
        ),
        wrong={
            "any_map_is_gaussian": Text(
                "Any function of a Gaussian is Gaussian.", "高斯分布經過任何函數都是高斯分布。"
            ),
            "network_is_linear": Text("The network is linear in its input.", "Network 對輸入是線性的。"),
        },
    ),
    Question(
        "why_keep_the_jump",
        SLIDE,
        KEY_IDEAS,
        Text(
            r"DDIM is designed so that $q_\sigma(x_t \mid x_0)$ stays that of DDPM. What is this good for, what in "
            "the training would notice if it were otherwise, and what is still free to choose?",
            r"DDIM 的設計讓 $q_\sigma(x_t \mid x_0)$ 和 DDPM 相同。這樣做有什麼好處？如果不同，訓練的哪個部分會發現？"
            "還有什麼可以自由選擇？",
        ),
        (
            Text(
                "The trained noise predictor can be used as it is, without training again.",
                "訓練好的 noise predictor 可以直接沿用，不必重新訓練。",
            ),
            Text(
                "The loss sees $x_t$ only as the jump makes it from $x_0$ and the noise; with another jump the "
                "network would be asked about states that it never saw.",
                "Loss 看到的 $x_t$ 只來自 $x_0$ 和 noise 的跳躍；跳躍不同，network 就會被問到從沒看過的狀態。",
            ),
            Text(
                r"How neighbouring states belong together is free: $\sigma_t$ (or $\eta$), and the steps that are "
                "made.",
                r"相鄰狀態之間的關係可以自由選擇： $\sigma_t$（或 $\eta$），以及要走哪些 step。",
            ),
        ),
        wrong={
            "jump_for_quality": Text("It makes the images better.", "它讓影像變好。"),
            "jump_for_markov": Text("It keeps the forward process Markovian.", "它讓正向過程保持 Markovian。"),
        },
        about=("jump_kept",),
    ),
    Question(
        "largest_sigma_and_memory",
        "DDIM",
        KEY_IDEAS,
        Text(
            r"What is the largest $\sigma_t$ of DDIM, why can it not be larger, and what does a step with it "
            "remember of the noise in $x_t$?",
            r"DDIM 的 $\sigma_t$ 最大可以是多少？為什麼不能更大？用這個 $\sigma_t$ 走一步，還記得多少 $x_t$ 裡的 "
            "noise？",
        ),
        (
            formula(r"\sigma_t = \sqrt{1 - \bar\alpha_{t-1}}"),
            Text(
                r"$1 - \bar\alpha_{t-1} - \sigma_t^2$ stands under a root: the fresh noise cannot be more than all "
                "the noise that $x_{t-1}$ is to have.",
                r"$1 - \bar\alpha_{t-1} - \sigma_t^2$ 在根號裡：新的 noise 不能比 $x_{t-1}$ 應有的全部 noise 還多。",
            ),
            Text(
                r"Nothing: $\omega_t = 0$, so all of the noise in $x_{t-1}$ is fresh.",
                r"完全不記得： $\omega_t = 0$，所以 $x_{t-1}$ 裡的 noise 全部是新的。",
            ),
        ),
        wrong={
            "sigma_arbitrary": Text(
                r"Any $\sigma_t$ will do, as a slide says.", r"任何 $\sigma_t$ 都可以，如投影片所說。"
            ),
            "eta_one_is_largest": Text(
                r"The largest is that of DDPM, at $\eta = 1$.", r"最大的是 DDPM 的，也就是 $\eta = 1$。"
            ),
        },
        about=("largest_sigma",),
    ),
    Question(
        "which_process_is_not_markovian",
        DDIM,
        KEY_IDEAS,
        Text(
            "The lecture asks for a non-Markovian process. Which process of DDIM is it, the forward one or the "
            "reverse one that we run? Say for each of the two what one step looks at.",
            "課堂想找一個 non-Markovian process。在 DDIM 裡它是正向過程，還是我們實際走的反向過程？"
            "分別說明兩者的一步看了什麼。",
        ),
        (
            Text("It is the forward process.", "是正向過程。"),
            Text(
                r"There a step looks at the neighbouring state and at $x_0$ as well (unless $\sigma_t$ is that of "
                "DDPM).",
                r"正向的一步除了看相鄰的狀態，還要看 $x_0$（除非 $\sigma_t$ 是 DDPM 的）。",
            ),
            Text(
                "The reverse process that we run looks at $x_t$ alone: $x_0$ is replaced by the prediction from $x_t$.",
                r"我們走的反向過程只看 $x_t$： $x_0$ 用由 $x_t$ 得到的預測代替。",
            ),
        ),
        wrong={
            "reverse_is_not_markovian": Text("The reverse process, as a slide has it.", "反向過程，如投影片所寫。"),
        },
        about=("forward_process", "markovian"),
    ),
    Question(
        "induction",
        SLIDE,
        KEY_IDEAS,
        Text(
            r"That every $q_\sigma(x_t \mid x_0)$ is the forward jump is proved by induction. Where does the "
            "induction begin, and why does it hold there? In which direction does it run, and what does one step of "
            "it do?",
            r"每個 $q_\sigma(x_t \mid x_0)$ 都是正向跳躍，這是用歸納法證明的。歸納從哪裡開始？那裡為什麼成立？"
            "它往哪個方向走？每一步做什麼？",
        ),
        (
            Text(
                r"It begins at $t = T$, where $q_\sigma(x_T \mid x_0)$ is the jump by definition.",
                r"從 $t = T$ 開始，那裡的 $q_\sigma(x_T \mid x_0)$ 由定義就是跳躍。",
            ),
            Text("It runs downwards, from $t$ to $t - 1$.", "往下走，從 $t$ 到 $t - 1$。"),
            Text(
                "A step integrates over $x_t$, which has the jump's distribution, and the coefficients are such that "
                "$x_{t-1}$ then has it, too.",
                r"每一步對 $x_t$ 積分（它的分布是跳躍的），而係數的選擇讓 $x_{t-1}$ 的分布也是跳躍的。",
            ),
        ),
        wrong={
            "induction_upwards": Text(
                r"It begins at $x_0$ and runs upwards, as the forward chain of DDPM.",
                r"從 $x_0$ 開始往上走，和 DDPM 的正向 chain 一樣。",
            ),
        },
        about=("forward_process",),
    ),
]
