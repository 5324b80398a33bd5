"""What IS, FID and KID look at."""

from course.quiz.question import Question, Text, grid
from course.quiz.strata import EVALUATION
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
                "IS 看的是 classifier 對每張影像有多確定，以及各張的答案有多麼多樣。FID 和 KID 則要和真實影像比較。",
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
                "用少數影像估計的 covariance 不準，FID 因此變大。只能比較張數相同的 FID。",
            ),
        ),
        Text(
            "FID is larger for fewer images, so only FIDs of equally many are comparable.",
            "影像越少 FID 越大，所以只能比較張數相同的 FID。",
        ),
        {
            "few_images_are_worse": Text("The 100 images are worse than the 1,000.", "這 100 張影像比那 1,000 張差。"),
            "fid_is_chance": Text(
                "It is chance: with another 100 images FID would be below 1.1 as often as above.",
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
                "真實影像的複製品清晰、多樣，而且和真實影像一模一樣。三個指標都不管影像是不是新生成的。",
            ),
        ),
        Text("none: all three are as good as for real images", "都不會：三個都和真實影像一樣好"),
        {
            "is_sees_copies": Text("IS, since the images are not varied", "IS，因為影像不夠多樣"),
            "fid_sees_copies": Text(
                "FID, since it rises where images are known ones", "FID，因為影像一旦是訓練集裡的，它就會變大"
            ),
            "kid_sees_copies": Text("KID, since it compares single pairs of images", "KID，因為它比較一對一對的影像"),
        },
    ),
    Question(
        "fid_of_gaussians",
        SLIDE,
        EVALUATION,
        Text(
            "Suppose that there is one feature only. For real images it has the mean $<m>$ and the standard "
            "deviation $<s>$, for generated ones $<n>$ and $<r>$. What is the FID?",
            r"假設只有一個特徵。真實影像的 mean 是 $<m>$，標準差 $<s>$；生成影像的是 $<n>$ 和 $<r>$。FID 是多少？",
        ),
        (
            Text(
                r"$\lVert m - m' \rVert^2 + \mathrm{tr}(\Sigma + \Sigma' - 2 (\Sigma \Sigma')^{1/2})$ is "
                "$(m - m')^2 + (s - s')^2$ in one dimension.",
                r"$\lVert m - m' \rVert^2 + \mathrm{tr}(\Sigma + \Sigma' - 2 (\Sigma \Sigma')^{1/2})$ 在一維就是 "
                "$(m - m')^2 + (s - s')^2$。",
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
]
