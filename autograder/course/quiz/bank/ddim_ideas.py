"""What DDPM and DDIM have in common, and what not."""

from course.quiz.question import Question, Text, formula
from course.quiz.strata import DDIM_IDEAS

DDIM = "Denoising Diffusion Implicit Models (DDIM)"


QUESTIONS = [
    Question(
        "speed",
        "Diffusion Models – Pros and Cons",
        DDIM_IDEAS,
        Text(
            "A DDPM takes a minute for an image, and DDIM with the same network a second. What makes DDIM so much "
            "faster?",
            "DDPM 生成一張影像要一分鐘，DDIM 用同一個 network 只要一秒。DDIM 為什麼快這麼多？",
        ),
        (
            Text(
                "Nearly all the time is the network's, and DDIM leaves out most of the steps: it calls the network "
                "less often.",
                "時間幾乎都花在 network 上，而 DDIM 略過了大部分的 step，呼叫 network 的次數少很多。",
            ),
        ),
        Text("It calls the network less often.", "它呼叫 network 的次數比較少。"),
        {
            "noise_takes_the_time": Text("It draws no noise.", "它不必抽 noise。"),
            "steps_at_once": Text(
                "It computes all steps of an image at the same time.", "它同時計算一張影像的所有 step。"
            ),
            "lower_precision": Text("Its network is used at a lower precision.", "它用比較低的精度跑 network。"),
        },
    ),
    Question(
        "markov",
        DDIM,
        DDIM_IDEAS,
        Text(
            "The forward process of DDPM is Markovian. What does that say?",
            "DDPM 的正向過程是 Markovian。這句話的意思是什麼？",
        ),
        (formula(r"q(x_t \mid x_{t-1}) = q(x_t \mid x_{t-1}, x_0)"),),
        Text(
            r"Whoever knows $x_{t-1}$ learns nothing more about $x_t$ from $x_0$.",
            r"給定 $x_{t-1}$ 之後， $x_0$ 不再提供任何關於 $x_t$ 的資訊。",
        ),
        {
            "jump_for_markov": Text(
                r"Whoever knows $x_0$ learns nothing more about $x_t$ from $x_{t-1}$.",
                r"給定 $x_0$ 之後， $x_{t-1}$ 不再提供任何關於 $x_t$ 的資訊。",
            ),
            "states_independent": Text(
                r"$x_t$ and $x_{t-1}$ are independent of each other.", r"$x_t$ 和 $x_{t-1}$ 彼此獨立。"
            ),
            "memory_for_markov": Text(
                r"$x_t$ is made from all the states before it, back to $x_0$.",
                r"$x_t$ 由之前所有的狀態決定，一直到 $x_0$。",
            ),
        },
    ),
    Question(
        "forward_order",
        DDIM,
        DDIM_IDEAS,
        Text(
            r"In which order, and from what, does the forward process of DDIM draw $x_1, \dots, x_T$ from a given "
            "$x_0$?",
            r"給定 $x_0$，DDIM 的正向過程依什麼順序、由什麼抽出 $x_1, \dots, x_T$？",
        ),
        (
            formula(
                r"q_\sigma(x_{1:T} \mid x_0) = q_\sigma(x_T \mid x_0) \prod_{t=2}^T q_\sigma(x_{t-1} \mid x_t, x_0)"
            ),
        ),
        Text(
            r"$x_T$ first, from $x_0$; then downwards, each from the one above it and $x_0$",
            r"先由 $x_0$ 抽 $x_T$；再往下走，每個由上面一個和 $x_0$ 得到",
        ),
        {
            "forward_as_ddpm": Text(
                r"$x_1$ first, from $x_0$; then upwards, each from the one below it",
                r"先由 $x_0$ 抽 $x_1$；再往上走，每個由下面一個得到",
            ),
            "forward_upwards_with_x_0": Text(
                r"$x_1$ first, from $x_0$; then upwards, each from the one below it and $x_0$",
                r"先由 $x_0$ 抽 $x_1$；再往上走，每個由下面一個和 $x_0$ 得到",
            ),
            "jump_for_markov": Text(r"in any order: each from $x_0$ alone", r"順序不拘：每個都只由 $x_0$ 得到"),
        },
        about=("forward_process",),
    ),
    Question(
        "defined_and_derived",
        "DDPM vs. DDIM",
        DDIM_IDEAS,
        Text(
            "What is defined in DDIM, and what is derived from it?",
            "在 DDIM 裡，什麼是定義出來的？什麼是由它推導出來的？",
        ),
        (
            Text(
                "It is the other way round in DDPM, which defines the forward step.",
                "DDPM 正好相反，它定義的是正向的一步。",
            ),
        ),
        Text(
            r"$q_\sigma(x_{t-1} \mid x_t, x_0)$ is defined; $q_\sigma(x_t \mid x_{t-1})$ is derived.",
            r"定義 $q_\sigma(x_{t-1} \mid x_t, x_0)$；推導 $q_\sigma(x_t \mid x_{t-1})$。",
        ),
        {
            "forward_as_ddpm": Text(
                r"$q_\sigma(x_t \mid x_{t-1})$ is defined; $q_\sigma(x_{t-1} \mid x_t, x_0)$ is derived.",
                r"定義 $q_\sigma(x_t \mid x_{t-1})$；推導 $q_\sigma(x_{t-1} \mid x_t, x_0)$。",
            ),
            "network_is_the_definition": Text(
                r"$\hat\varepsilon_\theta(x_t, t)$ is defined; both others are derived from the network.",
                r"定義 $\hat\varepsilon_\theta(x_t, t)$；其他兩個都由 network 推導。",
            ),
            "both_defined": Text(
                r"$q_\sigma(x_t \mid x_{t-1})$ and $q_\sigma(x_{t-1} \mid x_t, x_0)$ are both defined, each on its "
                "own.",
                r"$q_\sigma(x_t \mid x_{t-1})$ 和 $q_\sigma(x_{t-1} \mid x_t, x_0)$ 都是各自定義的。",
            ),
        },
    ),
    Question(
        "random_at_zero",
        DDIM,
        DDIM_IDEAS,
        Text(
            r"All $\sigma_t$ are 0, and $x_0$ is given. What is random in the forward process of DDIM?",
            r"所有的 $\sigma_t$ 都是 0，並且給定 $x_0$。DDIM 的正向過程裡還有什麼是隨機的？",
        ),
        (
            Text(
                "$x_T$ is still drawn from the jump; $x_0$ and $x_T$ then decide all the others. The slide's "
                "“deterministic” is meant so.",
                r"$x_T$ 還是由跳躍抽出來的；之後 $x_0$ 和 $x_T$ 決定其他所有狀態。投影片的 “deterministic” 就是這樣。",
            ),
        ),
        Text(r"$x_T$ alone; it and $x_0$ decide the others", r"只有 $x_T$；它和 $x_0$ 決定其他所有狀態"),
        {
            "nothing_random_at_zero": Text("nothing: the process is deterministic", "沒有：這個過程是 deterministic"),
            "all_random_at_zero": Text(r"each $x_t$, independently of the others", r"每個 $x_t$，彼此獨立"),
            "first_random_at_zero": Text(
                r"$x_1$ alone; it and $x_0$ decide the others", r"只有 $x_1$；它和 $x_0$ 決定其他所有狀態"
            ),
        },
        about=("forward_process",),
    ),
    Question(
        "same_start",
        "Controlling Stochasticity",
        DDIM_IDEAS,
        Text(
            r"From one and the same $x_T$, images are made with $\eta = 0$: twice with 20 steps, and once with 50. "
            "What comes out?",
            r"從同一個 $x_T$ 出發，用 $\eta = 0$ 生成影像：20 步走兩次，50 步走一次。結果如何？",
        ),
        (
            Text(
                r"At $\eta = 0$ each step is a function of $x_t$, so $x_T$ decides the image; more steps follow the "
                "same curve more closely.",
                r"在 $\eta = 0$，每一步都是 $x_t$ 的函數，所以 $x_T$ 決定影像；步數多只是更貼近同一條曲線。",
            ),
        ),
        Text(
            "the same image twice, and one that is much like it with 50 steps",
            "20 步的兩張完全相同，50 步的一張和它們很像",
        ),
        {
            "steps_change_nothing": Text("one and the same image three times", "三張完全相同的影像"),
            "always_random": Text("three images that have nothing to do with each other", "三張互不相干的影像"),
            "steps_change_the_image": Text(
                "the same image twice, and one that has nothing to do with it with 50 steps",
                "20 步的兩張完全相同，50 步的一張和它們互不相干",
            ),
        },
        about=("determinism",),
    ),
    Question(
        "special_case",
        "DDIM",
        DDIM_IDEAS,
        Text(
            "For which choice is the DDIM step, on any sequence, that of the lecture's DDPM?",
            "在任意序列上，怎麼選 DDIM 的一步就是課堂上 DDPM 的一步？",
        ),
        (
            Text(
                r"That is $\sigma_t^2 = \tilde\beta_t$; the coefficients are then those of the posterior, too.",
                r"也就是 $\sigma_t^2 = \tilde\beta_t$；這時係數也等於 posterior 的。",
            ),
        ),
        Text(
            r"$\sigma_t^2$ is the variance of the posterior $q(x_{\mathrm{prev}} \mid x_t, x_0)$.",
            r"$\sigma_t^2$ 等於 posterior $q(x_{\mathrm{prev}} \mid x_t, x_0)$ 的 variance。",
        ),
        {
            "fixed_large": Text(
                r"$\sigma_t^2 = \beta_t$, the variance of the forward step.",
                r"$\sigma_t^2 = \beta_t$，正向一步的 variance。",
            ),
            "noise_at_its_maximum": Text(r"$\sigma_t^2$ is as large as it can be.", r"$\sigma_t^2$ 取可能的最大值。"),
            "eta_taken_as_zero": Text(
                r"$\sigma_t = 0$, with all steps made.", r"$\sigma_t = 0$，並且走完所有的 step。"
            ),
        },
        about=("special_case",),
    ),
    Question(
        "no_retraining",
        "Loss Function",
        DDIM_IDEAS,
        Text(
            "A noise predictor was trained for DDPM with $T = 1000$. It is to be used by DDIM with 20 steps and "
            r"$\eta = 0$. What has to be trained?",
            r"一個 noise predictor 是為 $T = 1000$ 的 DDPM 訓練的。現在要用在 20 步、 $\eta = 0$ 的 DDIM。"
            "需要訓練什麼？",
        ),
        (
            Text(
                "The loss depends on the forward jump alone, and DDIM keeps the jump; the network is asked at 20 of "
                "the steps that it knows.",
                r"Loss 只與正向跳躍有關，而 DDIM 保持跳躍；network 被問到的 20 個 step，都是它訓練時學過的。",
            ),
        ),
        Text("nothing", "什麼都不用"),
        {
            "retrain_on_the_steps": Text("the network, on the 20 steps alone", "Network，只用那 20 個 step"),
            "retrain_for_eta": Text(r"the network, since $\eta$ enters its loss", r"Network，因為 loss 裡有 $\eta$"),
            "retrain_last_layer": Text(
                "its last layer, since the noise that it predicts is larger in a longer step",
                "最後一層，因為步子變大，它要預測的 noise 也變大",
            ),
        },
        about=("jump_kept",),
    ),
]
