"""What the trained networks said to right samplers: who asks the same is told the same, and no network runs."""

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from checks import network as quality
from grader import overlay
from grader.marking.mark import mark
from grader.outcomes import GraderFault
from grader.paths import SOLUTION
from grader.sandbox.remembered import CLOSE, NEAR, PATH, Remembering, names, sketch
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from workshop.quality import right_answers

AT_T = np.full(quality.CPU.block, 1000)  # the first question of a sampler, whose answer is kept


class Networks:
    """In the place of the networks: what they were asked is counted."""

    asked = 0

    def eps(self, x_t, t):
        self.asked += 1
        return np.zeros_like(x_t, np.float32)

    def features(self, images):
        self.asked += 1
        return np.zeros((len(images), 64))


@pytest.fixture
def asked():
    """Remembering networks, and those that they ask where they do not know."""
    networks = Networks()
    return Remembering(lambda: networks), networks


def test_the_solution_needs_no_network(tmp_path, monkeypatch):
    """A right sampler that draws in each step asks what was asked before, in both assignments."""
    solution = overlay.load(SOLUTION)
    with Zygote() as zygote:
        for number, task in ((1, "1.6"), (2, "2.11")):
            results = mark(Session(zygote, solution, "cpu"), number, tmp_path, tasks={task})
            assert results.score == results.max_score
        assert not zygote.predictors


def test_answers_are_the_networks_own(zygote, monkeypatch):
    """The file is made again: at η = 0 whole, at η = 1 the first questions of a few images alone, which take less.

    Other processors and releases of torch round otherwise: without AVX-512 the sketches are up to 0.0006 off, so that
    the bound has room for what a student's own rounding adds.
    """
    kept, networks = load_file(PATH), zygote.predictor("cpu")
    monkeypatch.setattr(quality, "CPU", replace(quality.CPU, noisy=()))
    made = right_answers.record(networks)
    assert len(made) == 2 * len(quality.tau_of(10))
    for name, values in made.items():
        near = NEAR / 2 if name.startswith("sketch") else 0.01  # float16 keeps three digits; numbers reach 5
        np.testing.assert_allclose(kept[name].astype(float), values.astype(float), atol=near)
    x_T, (name, _) = quality.noise(8), names("eps", quality.CPU.block, 1000)
    np.testing.assert_allclose(kept[name][:8].astype(float), networks.eps(x_T, AT_T[:8]), atol=0.01)
    assert len(kept) == 2 * (10 + 10 + 1)


def test_a_question_is_known_up_to_rounding(asked):
    """Images that lie farther apart than rounding are another question, be it in one image alone."""
    remembering, networks = asked
    x_T = quality.noise(quality.CPU.block)
    told = remembering.eps(x_T, AT_T)
    assert told.dtype == np.float32 and np.abs(told).max() > 1 and networks.asked == 0
    noise = np.random.default_rng(0).standard_normal(x_T.shape[1:])
    same = remembering.eps(x_T + NEAR / 10 * noise, AT_T)
    assert np.array_equal(same, told) and networks.asked == 0
    other = x_T.copy()
    other[7] += 10 * NEAR * noise[0]
    assert not remembering.eps(other, AT_T).any() and networks.asked == 1


@pytest.mark.parametrize("t", [AT_T - 1, np.r_[AT_T[1:], 999]], ids=["another step", "another step for one image"])
def test_another_step_is_another_question(asked, t):
    remembering, networks = asked
    assert not remembering.eps(quality.noise(len(t)), t).any() and networks.asked == 1


def test_other_images_are_another_question(asked):
    remembering, networks = asked
    for images in (quality.noise(10), quality.noise(quality.CPU.block)):
        assert not remembering.features(images).any()
    assert networks.asked == 2


def test_images_of_the_same_sketch_are_another_question(asked):
    """A sampler that knows the random images could end with any it likes; what it ends with is known by each pixel."""
    remembering, networks = asked
    right = load_file(PATH)[names("features", quality.CPU.block)[1]].astype(np.float32)
    assert remembering.features(right + 0.9 * CLOSE).any() and networks.asked == 0
    random = sketch(np.eye(right[0].size))
    noise = np.random.default_rng(0).standard_normal((len(right), right[0].size))
    other = right + (noise - noise @ random @ np.linalg.pinv(random)).reshape(right.shape)
    assert np.abs(sketch(other) - sketch(right)).max() < NEAR
    assert not remembering.features(other).any() and networks.asked == 1


def test_numbers_that_are_none_are_not_known(asked):
    """NaN is near to nothing."""
    remembering, networks = asked
    assert not remembering.eps(np.full((quality.CPU.block, *quality.SHAPE), np.nan), AT_T).any() and networks.asked == 1


def test_sketches_tell_images_apart():
    """A sketch differs by about as much in each number as the images do in a pixel, wherever they do."""
    rng = np.random.default_rng(1)
    image = rng.standard_normal((500, *quality.SHAPE))
    everywhere, in_one = rng.standard_normal(image.shape), np.zeros_like(image)
    in_one[:, 0, 3, 4] = 28.0  # the same root mean square over 28² pixels
    for change in (everywhere, in_one):
        apart = (sketch(image + 0.01 * change) - sketch(image)) / 0.01
        assert 0.5 < np.abs(apart).max(axis=1).min() and np.abs(apart).max() < 6


@pytest.mark.parametrize("content", [b"", b"not a file of this kind"], ids=["empty", "words"])
def test_a_damaged_file_is_a_fault_of_the_grader(tmp_path, content):
    (tmp_path / "answers").write_bytes(content)
    with pytest.raises(GraderFault, match="answers cannot be read"):
        Remembering(Networks, tmp_path / "answers").eps(quality.noise(2), np.array([5, 5]))


def test_a_lacking_file_is_a_fault_of_the_grader(tmp_path):
    with pytest.raises(GraderFault, match="none cannot be read"):
        Remembering(Networks, tmp_path / "none").features(quality.noise(2))


def test_a_kept_answer_is_told_as_it_was(tmp_path):
    """A file of one's own: its names are all that is known of it."""
    x, t, said = quality.noise(3), np.full(3, 4), np.arange(3 * 784, dtype=np.float16).reshape(3, *quality.SHAPE)
    save_file(dict(zip(names("eps", 3, 4), (said, sketch(x)))), tmp_path / "own")
    assert np.array_equal(Remembering(Networks, tmp_path / "own").eps(x, t), said)
