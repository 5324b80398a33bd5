"""What IS, FID and KID look at, and what the misprints of the slides would do."""

from course.quiz.question import Question, Text, grid
from course.quiz.strata import EVALUATION, MISPRINTS
from oracle import frechet

SLIDE = "Evaluation Metrics for Generative Models"


def _fid(m: float, s: float, n: float, r: float) -> float:
    """FID of two Gaussians in one dimension."""
    return frechet.distance([m], [[s**2]], [n], [[r**2]])


QUESTIONS = [
    Question(
        "without_real_images",
        SLIDE,
        EVALUATION,
        Text(
            "Which of the three metrics can be computed where there are no real images at all?",
            "完全沒有真實影像時，三個指標中的哪一個還能計算？",
        ),
        (
            Text(
                "IS looks at how sure a classifier is of each image, and how varied its answers are. FID and KID "
                "compare with real images.",
                "IS 看的是 classifier 對每張影像有多確定，以及答案有多多樣。FID 和 KID 則要和真實影像比較。",
            ),
        ),
        Text("IS alone", "只有 IS"),
        {
            "fid_without_reference": Text("FID alone", "只有 FID"),
            "kid_without_reference": Text("KID alone", "只有 KID"),
            "all_need_reference": Text("none of them", "都不行"),
        },
    ),
    Question(
        "few_images",
        SLIDE,
        EVALUATION,
        Text(
            "The FID of 1,000 images of a sampler is 1.1; that of 100 images of the very same sampler is 12. What "
            "follows?",
            "同一個 sampler，1,000 張影像的 FID 是 1.1，100 張的是 12。這說明什麼？",
        ),
        (
            Text(
                "A covariance that is estimated from few images is off, and FID is larger for that. Compare only "
                "FIDs of equally many images.",
                "由少數影像估計的 covariance 不準，FID 因此變大。只能比較張數相同的 FID。",
            ),
        ),
        Text(
            "FID is larger for fewer images, so only FIDs of equally many are comparable.",
            "影像越少 FID 越大，所以只能比較張數相同的 FID。",
        ),
        {
            "few_images_are_worse": Text("The 100 images are worse than the 1,000.", "這 100 張影像比那 1,000 張差。"),
            "fid_is_chance": Text(
                "It is chance: with other 100 images FID would be below 1.1 as often as above.",
                "只是運氣：換另外 100 張，FID 低於 1.1 和高於 1.1 的機會一樣大。",
            ),
            "fid_sums": Text(
                "FID sums over images, so it has to be divided by their number.", "FID 是對影像加總的，所以要除以張數。"
            ),
        },
    ),
    Question(
        "kid_below_zero",
        SLIDE,
        EVALUATION,
        Text(
            "The KID of a sampler's images comes out as $-0.001$. What does that say?",
            "一個 sampler 的影像算出來的 KID 是 $-0.001$。這代表什麼？",
        ),
        (
            Text(
                "KID's estimate has no bias: where the truth is 0, chance takes it below 0 about as often as above.",
                "KID 的估計沒有 bias：真正的值是 0 的時候，它低於 0 和高於 0 的機會差不多。",
            ),
        ),
        Text(
            "The images are about as good as real ones: the estimate varies around 0.",
            "這些影像和真實影像差不多：估計值會在 0 的上下變動。",
        ),
        {
            "distance_below_zero": Text(
                "The code is wrong, since a distance cannot be negative.", "程式有錯，因為距離不可能是負的。"
            ),
            "better_than_real": Text("The images are better than real ones.", "這些影像比真實影像還好。"),
            "opposite_of_real": Text("The images are the opposite of real ones.", "這些影像和真實影像相反。"),
        },
    ),
    Question(
        "copies",
        SLIDE,
        EVALUATION,
        Text(
            "A model hands back a thousand images of its training set, unchanged. Which metric gives it away?",
            "一個 model 把訓練集的一千張影像原封不動地交出來。哪個指標會揭穿它？",
        ),
        (
            Text(
                "Copies of real images are as sharp, as varied and as much like real images as can be. None of the "
                "three asks whether an image is new.",
                "真實影像的複製品清晰、多樣，而且完全像真實影像。三個指標都不問影像是不是新的。",
            ),
        ),
        Text("none: all three are as good as for real images", "都不會：三個都和真實影像一樣好"),
        {
            "is_sees_copies": Text("IS, since the images are not varied", "IS，因為影像不夠多樣"),
            "fid_sees_copies": Text(
                "FID, since it rises where images are known ones", "FID，因為影像是已知的，它就會變大"
            ),
            "kid_sees_copies": Text("KID, since it compares single pairs of images", "KID，因為它比較一對一對的影像"),
        },
    ),
    Question(
        "fid_of_gaussians",
        SLIDE,
        EVALUATION,
        Text(
            r"Suppose that there is one feature only. For real images it has the mean $<m>$ and the standard "
            r"deviation $<s>$, for generated ones $<n>$ and $<r>$. What is the FID?",
            r"假設只有一個特徵。真實影像的 mean 是 $<m>$，標準差 $<s>$；生成影像的是 $<n>$ 和 $<r>$。FID 是多少？",
        ),
        (
            Text(
                r"$\lVert m - m' \rVert^2 + \mathrm{tr}(\Sigma + \Sigma' - 2 (\Sigma \Sigma')^{1/2})$ is $(m - m')^2 "
                r"+ (s - s')^2$ in one dimension.",
                r"$\lVert m - m' \rVert^2 + \mathrm{tr}(\Sigma + \Sigma' - 2 (\Sigma \Sigma')^{1/2})$ 在一維就是 $(m "
                r"- m')^2 + (s - s')^2$。",
            ),
        ),
        _fid,
        {
            "fid_of_variances": lambda m, s, n, r: (m - n) ** 2 + (s**2 - r**2) ** 2,
            "fid_of_means": lambda m, s, n, r: (m - n) ** 2,
            "fid_not_squared": lambda m, s, n, r: abs(m - n) + abs(s - r),
        },
        grid(m=(1, 2, 4), s=(1, 2, 3), n=(3, 5, 6), r=(2, 4, 5)),
    ),
    Question(
        "repeated_images",
        SLIDE,
        EVALUATION,
        Text(
            "A sampler makes ten images, one clear one of each of ten classes, and repeats each of them a hundred "
            "times. What do IS and FID say of these thousand images?",
            "一個 sampler 只生成十張影像，十個類別各一張，都很清楚，然後每張重複一百次。對這一千張影像，IS 和 FID "
            "怎麼說？",
        ),
        (
            Text(
                "IS sees sure answers, evenly over the classes. FID sees that the features do not vary within a class.",
                "IS 看到的是很確定、而且平均分布在各類別的答案。FID 看得出同一類別裡的特徵沒有變化。",
            ),
        ),
        Text("IS is very good, FID is bad.", "IS 非常好，FID 很差。"),
        {
            "is_sees_repeats": Text("IS is bad, FID is very good.", "IS 很差，FID 非常好。"),
            "both_see_repeats": Text("Both are bad.", "兩者都很差。"),
            "neither_sees_repeats": Text("Both are very good.", "兩者都非常好。"),
        },
    ),
    Question(
        "misprinted_posterior",
        "DDPM Reverse Process",
        MISPRINTS,
        Text(
            r"A slide prints the mean of the DDPM posterior with a minus between its two terms and roots in its "
            r"denominators. "
            r"What does the misprint give where $t$ is small and $x_t = x_0 = 1$, and what is right?",
            r"投影片把 DDPM posterior 的 mean 的兩項之間印成減號，分母印成根號。當 $t$ 很小而且 $x_t = x_0 = 1$ 時，"
            r"印錯的式子給出什麼？正確的是什麼？",
        ),
        (
            Text(
                "Rightly the two weights sum to almost 1. With the minus they nearly cancel, and the roots make both "
                "terms small.",
                "正確的兩個權重相加幾乎是 1。換成減號它們幾乎抵消，而根號讓兩項都變小。",
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
            r"steps, in the right step formula. What happens?",
            r"投影片把 $\sigma_t$ 的 $\beta_t$ 印在根號外面。有人在 $\eta = 1$、步數少的時候，把它用在正確的一步裡。"
            r"會發生什麼事？",
        ),
        (
            Text(
                r"$\beta_t \lt \sqrt{\beta_t}$, so the noise is too small. The marginals are kept with any "
                r"$\sigma_t$, and less noise is better with few steps.",
                r"$\beta_t \lt \sqrt{\beta_t}$，所以 noise 太小。任何 $\sigma_t$ 都保持 marginal，而步數少時 noise "
                r"少反而比較好。",
            ),
        ),
        Text(
            "There is too little fresh noise. It is no DDPM any more, though the images may even look better.",
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
                r"More fresh noise than all noise cannot be.",
                r"方向的係數是 $1 - \bar\alpha_{t-1} - \sigma_t^2$ 的根，這時它是負的。新的 noise 不可能比全部的 "
                r"noise 還多。",
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
            r"about it?",
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
