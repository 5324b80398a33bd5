"""What is asked about the functions that return values.

`words` says what the places are.
"""

from course.quiz.question import Text
from course.viva.words import STEP_SHOWS, Words, same

PAIR = r"$\bar\alpha_t = 0.36$ to $\bar\alpha_{\mathrm{prev}} = 0.64$"
PAIR_ZH = r" $\bar\alpha_t = 0.36$ 走到 $\bar\alpha_{\mathrm{prev}} = 0.64$"
MARGINAL = Text(
    r"Given $x_0$ a step must turn $x_t = 0.6 x_0 + 0.8 \varepsilon$ into a state with the mean "
    r"$\sqrt{\bar\alpha_{\mathrm{prev}}} x_0 = 0.8 x_0$ and noise of the standard deviation "
    r"$\sqrt{1 - \bar\alpha_{\mathrm{prev}}} = 0.6$: that is the state for which the model is asked next.",
    r"給定 $x_0$，一步必須把 $x_t = 0.6 x_0 + 0.8 \varepsilon$ 變成 mean 為 "
    r"$\sqrt{\bar\alpha_{\mathrm{prev}}} x_0 = 0.8 x_0$、noise 標準差為 "
    r"$\sqrt{1 - \bar\alpha_{\mathrm{prev}}} = 0.6$ 的狀態：network 下一次被問的就是這樣的狀態。",
)
KEEPS = {
    "signal": Text(
        r"Now the mean is $<signal> x_0$, so the data in $x_{\mathrm{prev}}$ have another size than "
        r"$\bar\alpha_{\mathrm{prev}}$ says.",
        r"現在 mean 是 $<signal> x_0$，$x_{\mathrm{prev}}$ 裡資料的大小不再是 $\bar\alpha_{\mathrm{prev}}$ 說的。",
    ),
    "noise_up": Text(
        "Now the noise has the standard deviation $<noise>$, so $x_{\\mathrm{prev}}$ is noisier than the step that "
        "the model is told next.",
        "現在 noise 的標準差是 $<noise>$， $x_{\\mathrm{prev}}$ 的 noise 比下一次告訴 network 的 step 多。",
    ),
    "noise_down": Text(
        "Now the noise has the standard deviation $<noise>$, so $x_{\\mathrm{prev}}$ has less noise than the step "
        "that the model is told next.",
        "現在 noise 的標準差是 $<noise>$， $x_{\\mathrm{prev}}$ 的 noise 比下一次告訴 network 的 step 少。",
    ),
    "fresh": Text(
        r"Both still hold, as they do for any $\sigma_t$ up to $\sqrt{1 - \bar\alpha_{\mathrm{prev}}}$ that the "
        "direction makes room for. Only the share of fresh noise is another one, so it is a step of another $\\eta$.",
        r"兩者都仍然成立：只要方向那一項讓出空間， $\sigma_t$ 不超過 "
        r"$\sqrt{1 - \bar\alpha_{\mathrm{prev}}}$ 都可以。改變的只是新 noise 佔的份，等於換了一個 $\eta$。",
    ),
    "turned": Text(
        r"Both still hold, since a variance does not tell a sign. But the noise that $x_t$ has already is turned "
        r"round in each step, so $x_{\mathrm{prev}}$ is not near $x_t$, however small the step is.",
        r"兩者都仍然成立，因為 variance 看不出正負號。但是 $x_t$ 已有的 noise 每一步都反過來，"
        r"不論步子多小， $x_{\mathrm{prev}}$ 都不在 $x_t$ 附近。",
    ),
}

VALUE_WORDS: dict[str, Words] = {
    "q_sample": Words(
        Text(r"at $\bar\alpha_t = 0.36$", r"在 $\bar\alpha_t = 0.36$"),
        same(r"$x_t = <x_0> x_0 <s_eps> \varepsilon$"),
        Text(
            r"$x_t$ has the mean $\sqrt{\bar\alpha_t} x_0 = 0.6 x_0$ and the variance $1 - \bar\alpha_t = 0.64$, so "
            r"$\varepsilon$ has the factor $\sqrt{0.64} = 0.8$.",
            r"$x_t$ 的 mean 是 $\sqrt{\bar\alpha_t} x_0 = 0.6 x_0$，variance 是 $1 - \bar\alpha_t = 0.64$，"
            r"所以 $\varepsilon$ 的係數是 $\sqrt{0.64} = 0.8$。",
        ),
        {
            "signal": Text(
                "Now $x_0$ has the factor $<signal>$: `predict_x_0`, which divides by $0.6$, does not give $x_0$ back.",
                "現在 $x_0$ 的係數是 $<signal>$：`predict_x_0` 除以 $0.6$，得不回 $x_0$。",
            ),
            "of_eps": Text(
                r"Now $\varepsilon$ has the factor $<of_eps>$: `predict_x_0`, which takes $0.8 \varepsilon$ off, does "
                "not give $x_0$ back.",
                r"現在 $\varepsilon$ 的係數是 $<of_eps>$：`predict_x_0` 減去 $0.8 \varepsilon$，得不回 $x_0$。",
            ),
        },
    ),
    "predict_x_0": Words(
        Text(r"at $\bar\alpha_t = 0.36$", r"在 $\bar\alpha_t = 0.36$"),
        same(r"$x_{0 \mid t} = <x_t> x_t <s_eps> \varepsilon$"),
        Text(
            r"It undoes the jump: put $x_t = 0.6 x_0 + 0.8 \varepsilon$ in, and $x_0$ must come out.",
            r"它還原那一跳：代入 $x_t = 0.6 x_0 + 0.8 \varepsilon$，出來的必須是 $x_0$。",
        ),
        {
            "signal": Text("Now $<signal> x_0$ comes out.", "現在出來的是 $<signal> x_0$。"),
            "rest": Text(
                r"Now $<rest> \varepsilon$ of the noise is left in it.",
                r"現在裡面還留著 $<rest> \varepsilon$ 的 noise。",
            ),
        },
    ),
    "ddpm_posterior": Words(
        Text(f"in a step from {PAIR}", f"從{PAIR_ZH} 的一步"),
        Text(
            r"mean $<x_0> x_0 <s_x_t> x_t$ and variance $<variance>$",
            r"mean $<x_0> x_0 <s_x_t> x_t$，variance $<variance>$",
        ),
        MARGINAL,
        KEEPS,
    ),
    "ddpm_step": Words(Text(f"in a step from {PAIR}", f"從{PAIR_ZH} 的一步"), same(STEP_SHOWS), MARGINAL, KEEPS),
    "score_from_eps": Words(
        Text(r"at $\bar\alpha_t = 0.36$", r"在 $\bar\alpha_t = 0.36$"),
        same(r"score $= <eps> \varepsilon$"),
        Text(
            r"The score of $\mathcal N(\sqrt{\bar\alpha_t} x_0, 1 - \bar\alpha_t)$ is "
            r"$-(x_t - \sqrt{\bar\alpha_t} x_0) / (1 - \bar\alpha_t)$, and "
            r"$x_t - \sqrt{\bar\alpha_t} x_0 = 0.8 \varepsilon$: it is $-0.8 \varepsilon / 0.64 = -1.25 \varepsilon$.",
            r"$\mathcal N(\sqrt{\bar\alpha_t} x_0, 1 - \bar\alpha_t)$ 的 score 是 $-(x_t - \sqrt{\bar\alpha_t} x_0) "
            r"/ (1 - \bar\alpha_t)$，而 $x_t - \sqrt{\bar\alpha_t} x_0 = 0.8 \varepsilon$，所以是 "
            r"$-0.8 \varepsilon / 0.64 = -1.25 \varepsilon$。",
        ),
        {
            "turned": Text(
                "Now it points from the data to the noise, so a Langevin step goes downhill.",
                "現在它由資料指向 noise，Langevin 的一步會往下走。",
            ),
            "length": Text(
                "Now it is $<length>$ times as long as it must be, and every step along it with it.",
                "現在它的長度是應有的 $<length>$ 倍，沿著它走的每一步也是。",
            ),
        },
    ),
    "tweedie_mean": Words(
        Text("for the variance $0.64$", "在 variance 是 $0.64$ 時"),
        Text(r"$<x> x <s_score>$ score", r"$<x> x <s_score>$ score"),
        Text(
            r"Try it: with $\mu \sim \mathcal N(0, 0.36)$ the noisy $x$ has the variance $1$ and the score $-x$, and "
            r"$E[\mu \mid x] = x - 0.64 x = 0.36 x$.",
            r"試試看： $\mu \sim \mathcal N(0, 0.36)$ 時，加了 noise 的 $x$ variance 是 $1$，score 是 $-x$，"
            r"而 $E[\mu \mid x] = x - 0.64 x = 0.36 x$。",
        ),
        {"shrinks": Text("Now it gives $<shrinks> x$ there.", "現在那裡得到 $<shrinks> x$。")},
    ),
    "reverse_sde_step": Words(
        Text(r"at $\beta = 2$ and $dt = 0.02$", r"在 $\beta = 2$、 $dt = 0.02$"),
        Text(r"to $x$ it adds $<x> x <s_score>$ score $<s_z> z$", r"在 $x$ 上加 $<x> x <s_score>$ score $<s_z> z$"),
        Text(
            r"Back in time the drift turns: $\frac{1}{2} \beta \, dt = 0.02$ for $x$, $\beta \, dt = 0.04$ for the "
            r"score, noise $\sqrt{\beta \, dt} = 0.2$. For data of variance $1$ the score is $-x$, and the "
            "variance stays: $0.98^2 + 0.2^2 = 1.00$.",
            r"時間倒著走，drift 反過來： $x$ 是 $\frac{1}{2} \beta \, dt = 0.02$，score 是 $\beta \, dt = 0.04$，"
            r"noise 是 $\sqrt{\beta \, dt} = 0.2$。資料的 variance 是 $1$ 時 score 是 $-x$，variance 不變："
            "$0.98^2 + 0.2^2 = 1.00$。",
        ),
        {
            "drift": Text(
                "Now there $<drift> x$ is added in each step instead of $-0.02 x$, and the variance does not stay.",
                "現在那裡每一步加上 $<drift> x$，而不是 $-0.02 x$，variance 就變了。",
            ),
            "noise": Text(
                "Now the noise has the standard deviation $<noise>$ instead of $0.2$, and the variance does not stay.",
                "現在 noise 的標準差是 $<noise>$，而不是 $0.2$，variance 就變了。",
            ),
        },
    ),
    "ddim_sigma": Words(
        Text(f"in a step from {PAIR}", f"從{PAIR_ZH} 的一步"),
        Text(
            r"$\sigma_t = <sigma>$ at $\eta = 1$ and $<half>$ at $\eta = 0.5$",
            r"$\eta = 1$ 時 $\sigma_t = <sigma>$， $\eta = 0.5$ 時 $<half>$",
        ),
        Text(
            r"At $\eta = 1$ it is the DDPM's, $\sqrt{\frac{1 - \bar\alpha_{\mathrm{prev}}}{1 - \bar\alpha_t} \beta_t}$ "
            r"with $\beta_t = 1 - \bar\alpha_t / \bar\alpha_{\mathrm{prev}} = 0.4375$ of this very pair: "
            r"$\sqrt{0.5625 \cdot 0.4375} = 0.496$, and it goes with $\eta$.",
            r"$\eta = 1$ 時它就是 DDPM 的 $\sqrt{\frac{1 - \bar\alpha_{\mathrm{prev}}}{1 - \bar\alpha_t} \beta_t}$，"
            r"其中 $\beta_t = 1 - \bar\alpha_t / \bar\alpha_{\mathrm{prev}} = 0.4375$ 屬於這一對："
            r"$\sqrt{0.5625 \cdot 0.4375} = 0.496$，並且與 $\eta$ 成正比。",
        ),
        {
            "none": Text(
                r"Now it is $0$ whatever $\eta$ is: no fresh noise is drawn, and every step is the DDIM's of "
                r"$\eta = 0$.",
                r"現在不論 $\eta$ 是多少都是 $0$：不抽新的 noise，每一步都是 $\eta = 0$ 的 DDIM。",
            ),
            "too_large": Text(
                r"Now it is above $\sqrt{1 - \bar\alpha_{\mathrm{prev}}} = 0.6$, all the noise that "
                r"$x_{\mathrm{prev}}$ may have: $1 - \bar\alpha_{\mathrm{prev}} - \sigma_t^2$ is negative, "
                r"and there is no $\omega_t$.",
                r"現在它超過 $\sqrt{1 - \bar\alpha_{\mathrm{prev}}} = 0.6$，也就是 $x_{\mathrm{prev}}$ "
                r"能有的全部 noise：$1 - \bar\alpha_{\mathrm{prev}} - \sigma_t^2$ 是負的，沒有 $\omega_t$。",
            ),
            "sigma": Text(
                r"Now it is $<sigma>$. With the $\omega$'s of 2.8 $x_{\mathrm{prev}}$ keeps its marginal, as for any "
                r"$\sigma_t$ up to $\sqrt{1 - \bar\alpha_{\mathrm{prev}}} = 0.6$; but $\eta = 1$ is no DDPM any more.",
                r"現在是 $<sigma>$。用 2.8 的 $\omega$， $x_{\mathrm{prev}}$ 仍保持 marginal： $\sigma_t$ 不超過 "
                r"$\sqrt{1 - \bar\alpha_{\mathrm{prev}}} = 0.6$ 都可以；但是 $\eta = 1$ 不再是 DDPM。",
            ),
            "half": Text(
                r"Now $\eta = 1$ does not show it; at $\eta = 0.5$ it is $<half>$.",
                r"現在 $\eta = 1$ 看不出來； $\eta = 0.5$ 時是 $<half>$。",
            ),
        },
        ("none", "too_large", "sigma"),
    ),
    "ddim_coefficients": Words(
        Text(rf"in a step from {PAIR} with $\sigma_t = 0.48$", rf"從{PAIR_ZH}、 $\sigma_t = 0.48$ 的一步"),
        same(r"$\omega_0 = <omega_0>$, $\omega_t = <omega_t>$"),
        MARGINAL,
        KEEPS,
    ),
    "ddim_step": Words(
        Text(rf"in a step from {PAIR} at $\eta = 1$", rf"從{PAIR_ZH}、 $\eta = 1$ 的一步"),
        same(STEP_SHOWS),
        MARGINAL,
        KEEPS,
    ),
}
