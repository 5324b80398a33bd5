"""What is asked about the samplers.

`words` says what the places are.
"""

from course.quiz.question import Text
from course.viva.words import STEP_SHOWS, Words

IDLE = Text("Now the state comes out as it went in.", "現在輸出的狀態和輸入的一樣，沒有改變。")
RUN = {
    "idle": IDLE,
    "stops": Text(
        "Now the model is asked last at $t = <last>$ instead of $<right_last>$: the steps after it are missing, so "
        "what comes out is not clean data but a state that still has noise.",
        "現在 network 最後一次被問的是 $t = <last>$，而不是 $<right_last>$：之後的步都少了，出來的不是乾淨資料，"
        "而是還帶著 noise 的狀態。",
    ),
    "starts": Text(
        "Now the model is asked first at $t = <first>$ instead of $<right_first>$: the steps before it are missing, "
        "so the state that it gets has more noise than that $t$ says.",
        "現在 network 第一次被問的是 $t = <first>$，而不是 $<right_first>$：之前的步都少了，它拿到的狀態的 noise "
        "比那個 $t$ 說的多。",
    ),
    "calls": Text(
        "Now the number of calls of the model is <calls> instead of <right_calls>, so the steps do not lead from the "
        "first state to clean data one by one.",
        "現在 network 被呼叫 <calls> 次，而不是 <right_calls> 次，所以不是一步一步從最初的狀態走到乾淨資料。",
    ),
    "first": Text(
        "Now the model is asked first at $t = <first>$ instead of $<right_first>$, so it predicts the noise of "
        "another step than that of the state it gets.",
        "現在 network 第一次被問的是 $t = <first>$，而不是 $<right_first>$，它預測的是另一個 step 的 noise，"
        "不是手上狀態的。",
    ),
    "last": Text(
        "Now the model is asked last at $t = <last>$ instead of $<right_last>$, so it predicts the noise of another "
        "step than that of the state it gets.",
        "現在 network 最後一次被問的是 $t = <last>$，而不是 $<right_last>$，它預測的是另一個 step 的 noise，"
        "不是手上狀態的。",
    ),
    "shared": Text(
        "Now all items of the batch get the same noise in a step, so they are not independent samples. So few numbers "
        "are drawn then that the noise and the samples' standard deviation may be a tenth off by chance.",
        "現在 batch 裡的每一項在一步裡得到相同的 noise，所以不是獨立的樣本。這樣抽的數字很少，"
        "noise 和樣本的標準差可能碰巧差到十分之一。",
    ),
    "again": Text(
        "Now a step gets the noise of the step before once more, so the noise of the steps adds up in one direction: "
        "the samples have the standard deviation $<spread>$.",
        "現在一步又用了前一步的 noise，各步的 noise 都往同一個方向累加：樣本的標準差是 $<spread>$。",
    ),
    "end": Text(
        "Now noise of the standard deviation $<end>$ is added in the last step and stays in the samples: that step "
        r"does not go to $\bar\alpha_{\mathrm{prev}} = 1$, or its noise is not the $0$ that belongs to it.",
        r"現在最後一步加了標準差 $<end>$ 的 noise，並且留在樣本裡：那一步沒有走到 "
        r"$\bar\alpha_{\mathrm{prev}} = 1$，或者它的 noise 不是該有的 $0$。",
    ),
    "signal": Text(
        "Now the mean after that step is $<signal> x_0$ instead of $<right_signal> x_0$.",
        "現在那一步之後 mean 是 $<signal> x_0$，而不是 $<right_signal> x_0$。",
    ),
    "noise_up": Text(
        "Now the noise after that step has the standard deviation $<noise>$ instead of $<right_noise>$: the state is "
        "noisier than the model is told next.",
        "現在那一步之後 noise 的標準差是 $<noise>$，而不是 $<right_noise>$：狀態的 noise 比告訴 network 的多。",
    ),
    "noise_down": Text(
        "Now the noise after that step has the standard deviation $<noise>$ instead of $<right_noise>$: the state "
        "has less noise than the model is told next.",
        "現在那一步之後 noise 的標準差是 $<noise>$，而不是 $<right_noise>$：狀態的 noise 比告訴 network 的少。",
    ),
    "sigma": Text(
        r"Mean and noise of the marginal are still right, as for any $\sigma_t$ that the direction makes room for. "
        r"But the fresh noise is $<sigma>$ instead of $<right_sigma>$, which is that of another $\eta$.",
        r"Marginal 的 mean 和 noise 都還是對的：只要方向那一項讓出空間，任何 $\sigma_t$ 都如此。"
        r"但新的 noise 是 $<sigma>$，不是 $<right_sigma>$，那是另一個 $\eta$ 的。",
    ),
    "spread": Text(
        "The figures of that step are right, but the samples have the standard deviation $<spread>$ instead of "
        "$<right_spread>$: it shows in other steps, or between them, as in the start or in the noise.",
        "那一步的數字都對，但是樣本的標準差是 $<spread>$，而不是 $<right_spread>$："
        "錯在別的步，或步與步之間，例如起點或 noise。",
    ),
}
RUN_ALONE, RUN_BESIDE = ("stops", "starts", "calls", "idle", "first", "last", "shared", "again"), ("sigma",)
RUN_SHOWS = Text(
    r"calls of the model: <calls>, from $t = <first>$ down to $<last>$; in the step from $t = <middle>$ to $<next>$ "
    rf"{STEP_SHOWS}; in the last step noise of the standard deviation $<end>$; samples of the standard deviation "
    "$<spread>$",
    rf"network 被呼叫 <calls> 次，從 $t = <first>$ 到 $<last>$；從 $t = <middle>$ 到 $<next>$ 的一步 {STEP_SHOWS}；"
    "最後一步 noise 的標準差 $<end>$；樣本的標準差 $<spread>$",
)
RUN_RULE = Text(
    "The model is asked once in each step, at the $t$ of the state that is there, and each step draws fresh noise. "
    "Each step keeps the marginal: "
    r"after that one, given $x_0$, the mean is $\sqrt{\bar\alpha_{\mathrm{prev}}} x_0 = <right_signal> x_0$ and "
    r"the noise $\sqrt{1 - \bar\alpha_{\mathrm{prev}}} = <right_noise>$. The last step goes to "
    r"$\bar\alpha_{\mathrm{prev}} = 1$, where $\sigma_t = 0$. The model is exact for data of the standard deviation "
    r"$0.5$. So few right steps make samples whose standard deviation is $<right_spread>$; one nearer to $0.5$ is no "
    r"sign of a better sampler.",
    r"每一步問 network 一次，用手上狀態的 $t$，並抽新的 noise。每一步都保持 marginal：在那一步之後，給定 $x_0$，"
    r"mean 是 $\sqrt{\bar\alpha_{\mathrm{prev}}} x_0 = <right_signal> x_0$，noise 是 "
    r"$\sqrt{1 - \bar\alpha_{\mathrm{prev}}} = <right_noise>$。最後一步走到 $\bar\alpha_{\mathrm{prev}} = 1$，"
    r"那裡 $\sigma_t = 0$。這裡的 network 對標準差 $0.5$ 的資料是精確的；步數這麼少，對的 sampler 的樣本標準差是 "
    r"$<right_spread>$：更接近 $0.5$ 不代表 sampler 更好。",
)

LOOP_WORDS: dict[str, Words] = {
    "ddpm_sample": Words(
        Text("with $T = 50$ on the cosine schedule", "在 cosine schedule、 $T = 50$"),
        RUN_SHOWS,
        RUN_RULE,
        RUN,
        RUN_ALONE,
        RUN_BESIDE,
    ),
    "langevin_sample": Words(
        Text("in one step of size $a = 0.02$", r"在大小 $a = 0.02$ 的一步"),
        Text(r"to $x$ it adds $<x> x <s_score>$ score $<s_z> z$", r"在 $x$ 上加 $<x> x <s_score>$ score $<s_z> z$"),
        Text(
            r"A step adds $a \cdot$ score and noise of the standard deviation $\sqrt{2a} = 0.2$. Where the score is "
            r"$-x$ the spread $s$ settles where $s^2 = (1 - a)^2 s^2 + 2a$, so near $1$, which is the target's.",
            r"一步加上 $a \cdot$ score 和標準差 $\sqrt{2a} = 0.2$ 的 noise。score 是 $-x$ 的時候，標準差 $s$ 停在 "
            r"$s^2 = (1 - a)^2 s^2 + 2a$，接近目標的 $1$。",
        ),
        {
            "runs_away": Text("Now it does not settle: $x$ grows without end.", "現在停不下來： $x$ 會一直變大。"),
            "settles": Text("Now it settles at $<settles>$.", "現在停在 $<settles>$。"),
            "fresh": Text(
                "It still settles there, but the step is one of another size: the score has the factor $<score>$ "
                "instead of $0.02$.",
                "仍然停在那裡，但是步子的大小不同：score 的係數是 $<score>$，而不是 $0.02$。",
            ),
        },
        ("runs_away",),
    ),
    "annealed_langevin_sample": Words(
        Text(
            r"at the noise levels 2 and 1, with step_size $0.02$ and 3 steps at each",
            r"noise level 是 2 和 1、step_size $0.02$、各 3 步時",
        ),
        Text(
            "calls: <calls>, from the level $<first>$ to $<last>$; the score has the factor $<drift>$ in the first "
            "step and $<fine>$ in the last",
            "呼叫 <calls> 次，level 從 $<first>$ 到 $<last>$；score 的係數第一步是 $<drift>$，最後一步是 $<fine>$",
        ),
        Text(
            r"There are 3 steps at each level, the largest first, of the size step_size $\cdot (\sigma_i / "
            r"\sigma_{\mathrm{last}})^2$: $0.08$ at $\sigma_i = 2$ and $0.02$ at $1$.",
            r"每個 level 走 3 步，大的在前，大小是 step_size $\cdot (\sigma_i / \sigma_{\mathrm{last}})^2$："
            r"$\sigma_i = 2$ 時 $0.08$， $1$ 時 $0.02$。",
        ),
        {
            "calls": Text("Now the number of calls is <calls> instead of 6.", "現在呼叫了 <calls> 次，而不是 6 次。"),
            "first": Text("Now the first level is $<first>$.", "現在第一個 level 是 $<first>$。"),
            "last": Text("Now the last level is $<last>$.", "現在最後一個 level 是 $<last>$。"),
            "ratio": Text(
                r"Now a step at the first level is $<ratio>$ times one at the last instead of $(2/1)^2 = 4$ times.",
                r"現在第一個 level 的步子是最後一個的 $<ratio>$ 倍，而不是 $(2/1)^2 = 4$ 倍。",
            ),
            "fine": Text(
                "Now the steps at the last level are of the size $<fine>$ instead of step_size.",
                "現在最後一個 level 的步子大小是 $<fine>$，不是 step_size。",
            ),
        },
    ),
    "ddim_sample": Words(
        Text(
            r"on 10 even steps of $T = 1000$ (linear schedule) at $\eta = 1$",
            r"在 $T = 1000$（linear schedule）的 10 個均勻 step、 $\eta = 1$",
        ),
        RUN_SHOWS,
        RUN_RULE,
        RUN,
        RUN_ALONE,
        RUN_BESIDE,
    ),
    "ddim_invert": Words(
        Text(
            r"with $\tau = [250, 500]$ (linear schedule), $\varepsilon_1$ the model's first answer and "
            r"$\varepsilon_2$ its second",
            r"在 $\tau = [250, 500]$（linear schedule）， $\varepsilon_1$ 是 network 的第一個回答， "
            r"$\varepsilon_2$ 是第二個",
        ),
        Text(
            r"calls of the model: <calls>; $x_T = <x_0> x_0 <s_eps_1> \varepsilon_1 <s_eps_2> \varepsilon_2$",
            r"network 被呼叫 <calls> 次； $x_T = <x_0> x_0 <s_eps_1> \varepsilon_1 <s_eps_2> \varepsilon_2$",
        ),
        Text(
            r"Each step takes off the noise of the state it starts from, which is none at the clean end, and jumps to "
            r"the $\bar\alpha$ of the noisier one. So $x_T$ is a state at $\bar\alpha_{500} = 0.0786$: $x_0$ has the "
            r"factor $\sqrt{\bar\alpha_{500}} = <right_x_0>$ and, where both answers are $\varepsilon$, "
            r"$\varepsilon$ has the factor $\sqrt{1 - \bar\alpha_{500}} = <right_noise>$.",
            r"每一步減去出發的狀態的 noise（在乾淨的那一端沒有），再跳到 noise 較多的那個 $\bar\alpha$。"
            r"所以 $x_T$ 是 $\bar\alpha_{500} = 0.0786$ 的狀態： $x_0$ 的係數是 "
            r"$\sqrt{\bar\alpha_{500}} = <right_x_0>$，"
            r"兩個回答都是 $\varepsilon$ 時， $\varepsilon$ 的係數是 $\sqrt{1 - \bar\alpha_{500}} = <right_noise>$。",
        ),
        {
            "idle": IDLE,
            "calls": Text(
                "Now the number of calls of the model is <calls> instead of <right_calls>, so the steps are not "
                r"$0 \to 250 \to 500$.",
                r"現在 network 被呼叫 <calls> 次，而不是 <right_calls> 次，所以走的步不是 $0 \to 250 \to 500$。",
            ),
            "x_0": Text(
                r"Now $x_0$ has the factor $<x_0>$: the data in $x_T$ have another size than $\bar\alpha_{500}$ says.",
                r"現在 $x_0$ 的係數是 $<x_0>$： $x_T$ 裡資料的大小不是 $\bar\alpha_{500}$ 說的。",
            ),
            "noise_up": Text(
                r"Now $\varepsilon$ has the factor $<noise>$: $x_T$ has more noise than $\bar\alpha_{500}$ says.",
                r"現在 $\varepsilon$ 的係數是 $<noise>$： $x_T$ 的 noise 比 $\bar\alpha_{500}$ 說的多。",
            ),
            "noise_down": Text(
                r"Now $\varepsilon$ has the factor $<noise>$: $x_T$ has less noise than $\bar\alpha_{500}$ says.",
                r"現在 $\varepsilon$ 的係數是 $<noise>$： $x_T$ 的 noise 比 $\bar\alpha_{500}$ 說的少。",
            ),
        },
        ("calls", "idle"),
    ),
}
