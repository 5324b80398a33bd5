"""Langevin dynamics, and score matching at several noise levels."""

from course.quiz.question import Question, Text
from course.quiz.strata import LANGEVIN_IDEAS

SLIDE, LEVELS = "Langevin Dynamics", "Noise-Conditional Score-Based Models"


QUESTIONS = [
    Question(
        "restaurants",
        "想像你要在城市裡找餐廳",
        LANGEVIN_IDEAS,
        Text(
            "The lecture looks for a restaurant without a map: signs at each crossing say where it gets better, and "
            "now and then one walks at random. What in Langevin dynamics is the walking at random?",
            "課堂裡沒有地圖也要找到餐廳：每個路口的指示牌說哪個方向更好，再加上偶爾隨機探索。隨機探索是 Langevin "
            "dynamics 裡的什麼？",
        ),
        (Text("The signs are the score, and the map would be the density.", "指示牌是 score；地圖則是 density。"),),
        Text("the noise that is added in each step", "每一步加上的 noise"),
        {
            "score_is_random": Text("the score, which points the way", "指示方向的 score"),
            "start_for_noise": Text("the draw of the starting point", "抽出起點"),
            "step_size_for_noise": Text("the size of the step", "每一步的大小"),
        },
    ),
    Question(
        "langevin_needs",
        SLIDE,
        LANGEVIN_IDEAS,
        Text(
            "What does one step of Langevin dynamics use of $q(x)$?",
            "Langevin dynamics 的一步用到 $q(x)$ 的什麼？",
        ),
        (
            Text(
                r"$x \leftarrow x + \eta \nabla_x \log q(x) + \sqrt{2 \eta} \varepsilon$ has the score and nothing "
                r"else of $q$.",
                r"$x \leftarrow x + \eta \nabla_x \log q(x) + \sqrt{2 \eta} \varepsilon$ 裡只有 $q$ 的 score，"
                r"沒有別的。",
            ),
        ),
        Text("its score at the present $x$", "它在目前 $x$ 的 score"),
        {
            "density_needed": Text("its value at the present $x$", "它在目前 $x$ 的值"),
            "step_refused": Text(
                "its values before and after the step, to accept or refuse the step",
                "走之前和之後的值，以決定接受或拒絕這一步",
            ),
            "samples_needed": Text("a few of its samples near the present $x$", "在目前 $x$ 附近的幾個 sample"),
        },
    ),
    Question(
        "langevin_without_noise",
        SLIDE,
        LANGEVIN_IDEAS,
        Text(
            "Somebody leaves out the noise term of Langevin dynamics, and makes very many small steps from many "
            "starting points. Where do the points end?",
            "有人把 Langevin dynamics 的 noise 項拿掉，從很多起點各走非常多小步。這些點最後會在哪裡？",
        ),
        (
            Text(
                "Without noise each step only climbs. Noise is what spreads the points over $q(x)$.",
                "沒有 noise，每一步只會往上爬。讓點散開成 $q(x)$ 的是 noise。",
            ),
        ),
        Text(
            "at the maxima of $q(x)$, many of them at one and the same place",
            "在 $q(x)$ 的各個極大值，很多點會停在同一個位置",
        ),
        {
            "noise_is_only_speed": Text(
                "spread as $q(x)$ says; it only takes longer", "和 $q(x)$ 一樣散開，只是需要更久"
            ),
            "climbs_to_the_mean": Text("all at the mean of $q(x)$", "全部在 $q(x)$ 的 mean"),
            "score_points_away": Text("ever further away from the data", "離資料越來越遠"),
        },
    ),
    Question(
        "score_target",
        LEVELS,
        LANGEVIN_IDEAS,
        Text(
            "Only samples of the data are there, not their density. What is a score network then trained to give?",
            "手上只有資料的 sample，沒有 density。這時 score network 學的目標是什麼？",
        ),
        (
            Text(
                r"$\nabla \log q(x_t \mid x_0)$ is known, since the noise was added on purpose; its mean given $x_t$ "
                r"is $\nabla \log q(x_t)$.",
                r"因為 noise 是自己加的，所以 $\nabla \log q(x_t \mid x_0)$ 是已知的；給定 $x_t$ 時，它的平均就是 "
                r"$\nabla \log q(x_t)$。",
            ),
        ),
        Text(
            r"the score of $q(x_t \mid x_0)$, with noise that was added to each sample",
            r"$q(x_t \mid x_0)$ 的 score，其中 noise 是自己加到每個 sample 上的",
        ),
        {
            "density_estimated": Text("the slope of a histogram of the samples", "由 sample 畫出的 histogram 的斜率"),
            "own_gradient": Text("the gradient of its own output", "它自己的輸出的 gradient"),
            "prior_for_marginal": Text(
                r"the score of $\mathcal N(0, I)$, which is $-x$", r"$\mathcal N(0, I)$ 的 score，也就是 $-x$"
            ),
        },
    ),
    Question(
        "two_losses",
        LEVELS,
        LANGEVIN_IDEAS,
        Text(
            r"At one noise level, a network is held against $\nabla \log q(x_t)$ in one loss and against $\nabla "
            r"\log q(x_t \mid x_0)$ in another. "
            "A slide writes “=” between the two. What is the same?",
            r"在同一個 noise level，一個 loss 拿 network 和 $\nabla \log q(x_t)$ 比，另一個拿它和 $\nabla \log q(x_t "
            r"\mid x_0)$ 比。"
            "投影片在兩者之間寫「=」。相同的是什麼？",
        ),
        (
            Text(
                r"They differ by a constant without $\theta$: how much $\nabla \log q(x_t \mid x_0)$ varies around "
                r"its mean. So the gradients are equal, the values are not.",
                r"兩者差一個不含 $\theta$ 的常數，也就是 $\nabla \log q(x_t \mid x_0)$ 在它的平均附近的變動。所以 "
                r"gradient 相同，值不同。",
            ),
        ),
        Text("the best network, but not the value of the loss", "最好的 network 相同，但 loss 的值不同"),
        {
            "losses_equal": Text("the value of the loss, for every network", "對每個 network，loss 的值都相同"),
            "both_reach_zero": Text(
                "the value at the best network, which is 0", "最好的 network 的 loss 值相同，都是 0"
            ),
            "different_networks": Text("nothing: the best networks differ, too", "都不同：連最好的 network 也不同"),
        },
    ),
    Question(
        "small_noise",
        LEVELS,
        LANGEVIN_IDEAS,
        Text(
            r"A score network is trained with a small noise level $\sigma_t$ only. Where is it inaccurate?",
            r"一個 score network 只用小的 noise level $\sigma_t$ 訓練。它在哪裡不準？",
        ),
        (
            Text(
                "With little noise, hardly any training point lies far from the data, and nothing is learnt where "
                "there are none.",
                "Noise 小的時候，幾乎沒有訓練點離資料很遠，而沒有點的地方什麼也學不到。",
            ),
        ),
        Text(
            "far from the data, since hardly any training point lies there",
            "離資料遠的地方，因為那裡幾乎沒有訓練點",
        ),
        {
            "inaccurate_near_data": Text(
                "near the data, since the noise hides the data", "資料附近，因為 noise 把資料蓋住了"
            ),
            "inaccurate_everywhere": Text(
                "everywhere alike, since the noise is the same everywhere", "到處都一樣，因為 noise 處處相同"
            ),
            "small_noise_is_exact": Text(
                "nowhere: so little noise does no harm", "沒有不準的地方：這麼小的 noise 沒有影響"
            ),
        },
    ),
    Question(
        "annealing",
        "Annealed Langevin Dynamics",
        LANGEVIN_IDEAS,
        Text(
            "Why does annealed Langevin dynamics go from large noise levels to small ones?",
            "為什麼 annealed Langevin dynamics 從大的 noise level 走到小的？",
        ),
        (
            Text(
                "Each level is used where its score is good: a large one everywhere but coarsely, a small one near "
                "the data alone.",
                "每個 noise level 都用在它的 score 好的地方：大的到處都可以但粗略，小的只有在資料附近才準。",
            ),
        ),
        Text(
            "With much noise the score leads to the data from everywhere; near the data, one with little noise is "
            "more accurate.",
            "Noise 大時，score 從任何地方都能帶到資料附近；到了資料附近，noise 小的 score 比較準。",
        ),
        {
            "noise_for_speed": Text(
                "With much noise the network answers faster, so most steps are made there.",
                "Noise 大時 network 算得比較快，所以大部分的步數放在那裡。",
            ),
            "order_of_training": Text(
                "The network was trained on the levels in this order.",
                "Network 就是照這個順序訓練各個 noise level 的。",
            ),
            "large_noise_is_exact": Text(
                "With much noise the score is that of the clean data; the small levels only smooth the result.",
                "Noise 大時的 score 就是乾淨資料的 score；小的 noise level 只是把結果變平滑。",
            ),
        },
    ),
    Question(
        "drawing_noisy_data",
        LEVELS,
        LANGEVIN_IDEAS,
        Text(
            r"How is a sample of $q(x_t) = \int q(x_0) \mathcal N(x_t; x_0, \sigma_t^2 I) dx_0$ drawn?",
            r"怎麼從 $q(x_t) = \int q(x_0) \mathcal N(x_t; x_0, \sigma_t^2 I) dx_0$ 抽一個 sample？",
        ),
        (
            Text(
                "The integral is over all $x_0$, weighted by how often each occurs: draw one, then draw from its "
                r"Gaussian, whose standard deviation is $\sigma_t$.",
                r"積分是對所有 $x_0$，依出現的機會加權：先抽一個 $x_0$，再從它的高斯分布抽，標準差是 $\sigma_t$。",
            ),
        ),
        Text(
            r"Draw $x_0$ from the data, then add $\sigma_t$ times standard normal noise.",
            r"從資料抽 $x_0$，再加上 $\sigma_t$ 倍的標準常態 noise。",
        ),
        {
            "variance_for_sigma": Text(
                r"Draw $x_0$ from the data, then add $\sigma_t^2$ times standard normal noise.",
                r"從資料抽 $x_0$，再加上 $\sigma_t^2$ 倍的標準常態 noise。",
            ),
            "averages_the_data": Text(
                r"Take the mean of all data, then add $\sigma_t$ times standard normal noise.",
                r"取所有資料的平均，再加上 $\sigma_t$ 倍的標準常態 noise。",
            ),
            "prior_for_marginal": Text(
                r"Draw $\sigma_t$ times standard normal noise: $x_0$ has been integrated out.",
                r"只抽 $\sigma_t$ 倍的標準常態 noise： $x_0$ 已經積分掉了。",
            ),
        },
    ),
]
