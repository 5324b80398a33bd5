"""`make measure` on images: what the handout says of its tables holds, and each measures what it says.

They take minutes, so they were measured once, into assets/tables/.
"""

import csv
import json
import runpy

import pytest
import torch

from grader.paths import ASSETS, SOLUTION, STARTER
from measured import README, below, column, kept, modules
from oracle import gaussian, losses, schedule, steps
from shipped import pixels
from student_files import put

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import checkpoints, data, metrics, toy
    from diffusion.mlp import NoiseMLP
    from diffusion.pictures import images
    from diffusion.pictures.table import cell, interval
    from diffusion.schedule import linear_schedule
    from diffusion.unet import UNet

    put(patch)  # or the stubs that train.py imports would stay for the tests after these
    train = runpy.run_path(str(STARTER / "train.py"))

pytestmark = pytest.mark.usefixtures("one_thread")


# Images: consistency, reconstruction, time


def test_what_the_handout_says_of_the_same_x_T_holds():
    """At η = 0 an image is its own, nearer with more steps; at η = 1 it is not; DDIM beats Euler in t."""
    ddim, ddpm, euler = (column("step_grid", title) for title in ("η = 0, apart", "η = 1, apart", "Euler in t, apart"))
    own, other = (column("step_grid", "nearest is its own", nth) for nth in (0, 1))
    values = list(ddim.values())
    assert all(below(many, few) for few, many in zip(values, values[1:]))
    assert all(found >= 46 for found, _ in own.values()) and all(found <= 4 for found, _ in other.values())
    assert all(below(ddim[S], euler[S]) and below(euler[S], ddpm[S]) for S in ddim)


def test_what_the_handout_says_of_there_and_back_holds():
    errors, sizes = (list(column("inversion", title).values()) for title in ("reconstruction error", "size of x_T"))
    means = [mean for mean, _ in errors]
    assert means == sorted(means, reverse=True) and below(errors[1], errors[0]) and below(errors[2], errors[1])
    assert all(size + half < 1 for size, half in sizes)
    paper = json.loads((STARTER / "diffusion" / "paper_table.json").read_text("utf-8"))["reconstruction"]
    shown = [row[2] for row in kept("inversion")[1]]
    assert shown == paper["error"][: len(shown)] and paper["error"][len(shown) :] == ["0.0001"] * 2  # S = 500, 1000


def test_what_the_handout_says_of_time_holds():
    """The time is that of the steps: one of them takes the same, within a third, whatever their number."""
    each = [mean for mean, _ in column("duration", "milliseconds a step").values()]
    assert max(each) < 4 / 3 * min(each)


def test_from_the_same_x_T_the_same_number_of_steps_lies_at_distance_0(monkeypatch):
    put(monkeypatch)
    table = modules["step_grid"].measure((2,), long=2, count=2)
    assert [table.rows[0][i] for i in (0, 1, 2, 3, 4)] == ["2", "0.000 ± 0.000", "2/2", "0.000 ± 0.000", "2/2"]
    x = torch.tensor([[[[3.0, 4.0]]], [[[0.0, 0.0]]]])
    assert modules["step_grid"].distances(x, x).flatten().tolist() == pytest.approx([0, 12.5**0.5, 12.5**0.5, 0])


def test_euler_in_t_follows_the_ode_of_a_gaussian(monkeypatch):
    """With a network that knows N(0, 0.5²) it ends within 1 % of the exact end, and at few steps farther off."""
    put(monkeypatch)
    known, table = gaussian.GaussianData(0.0, 0.5), schedule.linear_alpha_bar(1000)
    monkeypatch.setattr(images, "network", lambda: lambda x, t: torch.from_numpy(known.eps(x, table[t])).float())
    x_T = torch.ones(1, 1, 1, 1)
    ends = {S: modules["step_grid"].by_time(x_T, S).item() / 0.5 for S in (3, 200, 1000)}
    assert abs(ends[3] - 1) > 0.2 > 0.01 > max(abs(ends[S] - 1) for S in (200, 1000))


def test_the_reconstruction_error_is_the_mean_square_over_pixels(monkeypatch):
    """Of an inversion that gives up and a sampler that answers with the x_T that it gets."""
    picture = modules["inversion"]
    x_0 = torch.tensor([0.0, 1.0, 2.0]).reshape(3, 1, 1, 1).expand(3, 1, 4, 4)
    monkeypatch.setattr(images, "real", lambda which: x_0[which])
    monkeypatch.setattr(picture, "invert", lambda x_0, S: 0 * x_0)
    monkeypatch.setattr(picture, "sample", lambda x_T, S, eta: x_T)
    first, second = picture.measure((7, 10), 3).rows
    assert first == ("7", cell(*interval([0, 1 / 4, 1]), 5), "", "0.000 ± 0.000")
    assert second[2] == "0.014"  # the paper's


def test_the_time_of_each_run_but_the_first_is_counted(monkeypatch):
    clock = iter(range(0, 100, 5))
    monkeypatch.setattr(modules["duration"].time, "process_time", lambda: next(clock))
    monkeypatch.setattr(modules["duration"], "sample", lambda *args: None)
    assert modules["duration"].seconds(3, 4) == [5] * 4


# Metrics


def test_what_the_handout_says_of_few_images_holds():
    gaussians, real, kid, negative = (
        column("few_images", title) for title in ("FID, Gaussians", "FID, test set", "KID, Gaussians", "KID below 0")
    )
    assert 20 < gaussians["65"][0] < 21 and 2.8 < gaussians["384"][0] < 3.1
    for fids in (list(gaussians.values()), list(real.values())):
        assert all(below(many, few) for few, many in zip(fids, fids[1:]))
    assert all(abs(mean) < 2 * half for mean, half in kid.values())
    assert 0 < sum(found for found, _ in negative.values()) < sum(draws for _, draws in negative.values())


def test_what_the_handout_says_of_blind_spots_holds():
    head, rows = kept("blind_spots")
    of = {name: (float(score), *(float(each.split(" ± ")[0]) for each in more)) for name, score, *more in rows}
    assert of["test set"] == of["test set, outside −1..1"]
    assert min(of, key=lambda name: of[name][1]) == "training set, copied"
    assert max(of, key=lambda name: of[name][0]) == "ten images, repeated"
    assert max(of, key=lambda name: of[name][1]) == "ten images, repeated"
    fid, kid = (column("blind_spots", title) for title in ("FID", "KID"))
    right, wrong = "network, η = 1", "network, η = 1, misprinted σ"
    assert fid[wrong][0] < fid[right][0] and below(kid[wrong], kid[right])


def test_the_shipped_table_has_an_is_that_rises_while_fid_worsens():
    """As the handout says of S = 20: from η = 0 to 1."""
    with (ASSETS / "tables" / "fashion-seed0.csv").open(newline="") as file:
        rows = {row["eta"]: row for row in csv.DictReader(file) if row["S"] == "20"}
    low, high = ((float(rows[eta]["fid"]), float(rows[eta]["is"])) for eta in ("0", "1"))
    assert low[0] < high[0] and low[1] < high[1]
    assert f"IS rises from {low[1]:.2f} to {high[1]:.2f} while FID worsens from {low[0]:.1f} to {high[0]:.1f}" in README


def test_fid_of_few_gaussians_is_measured_again():
    picture, known = modules["few_images"], modules["few_images"].exact()
    again = [metrics.fid(picture.gaussians(384, seed), known) for seed in range(picture.DRAWS)]
    assert cell(*interval(again), 2) == dict(zip(*[[row[i] for row in kept("few_images")[1]] for i in (0, 1)]))["384"]


def test_pixels_cannot_tell_what_was_cut_off(monkeypatch):
    """Of a set that is not cut off they can: a noise of 0.1 is another row."""
    grey = torch.randint(-100, 356, (64, 1, 28, 28), generator=torch.Generator().manual_seed(0)).clamp(0, 255)
    monkeypatch.setattr(images, "real", lambda which: data.to_state(grey.to(torch.uint8)[which]))
    picture = modules["blind_spots"]
    names = ("test set", "test set, outside −1..1", "test set, noise 0.1")
    one, other, noisy = picture.measure(64, {name: picture.SETS[name] for name in names}).rows
    assert one[1:] == other[1:] and one[1:] != noisy[1:]
    assert picture.too_bright(2).abs().max() == 3


def test_the_misprinted_sigma_is_the_slides():
    table = schedule.linear_alpha_bar(1000)
    for a, p in ((table[900], table[800]), (table[100], table[0])):
        slide = ((1 - p) / (1 - a)) ** 0.5 * (1 - a / p)
        assert steps.ddim_sigma(a, p, (1 - a / p) ** 0.5) == pytest.approx(slide, rel=1e-12)


# Scores on images


def test_annealed_langevin_finds_a_gaussian_by_the_score_of_x(monkeypatch):
    """With a network that knows N(0, 0.5²) the score of x = x_0 + σ ε is −x/(0.25 + σ²); what comes out has 0.5."""
    put(monkeypatch)
    known, table, picture = gaussian.GaussianData(0.0, 0.5), schedule.linear_alpha_bar(1000), modules["annealed"]
    monkeypatch.setattr(images, "network", lambda: lambda x, t: torch.from_numpy(known.eps(x, table[t])).float())
    x = torch.randn(400, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    for sigma in picture.levels(5)[1]:
        score = picture.score(x, sigma)
        assert torch.allclose(score, -x / (0.25 + sigma**2).float(), rtol=1e-4, atol=1e-6)
    assert picture.langevin(x)[-1].std().item() == pytest.approx(0.53, abs=0.05)  # a finite step leaves a little more


def test_the_score_loss_is_the_oracles_and_trains_a_noise_predictor(monkeypatch):
    put(monkeypatch)
    torch.manual_seed(0)
    table, network = linear_schedule(), NoiseMLP(hidden=8)
    x_0, eps = torch.randn(2, 6, 2)
    t = torch.tensor([1, 10, 100, 500, 900, 1000])
    found = train["LOSSES"]["score"](network, x_0, t, eps, table)

    def score_model(x_t, t):
        noise = network(torch.from_numpy(x_t).float(), torch.from_numpy(t)).detach().numpy()
        return steps.score_from_eps(noise, table.numpy()[t])

    wanted = losses.score_matching_loss(score_model, x_0.numpy(), t.numpy(), eps.numpy(), table.numpy())[0]
    assert found.item() == pytest.approx(wanted, rel=1e-4)
    found.backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def test_what_the_handout_says_of_the_two_losses_holds():
    """The loss of 2.3 is the better at t = 1 and the worse at all others, a hundred times at t = 1000."""
    noise, score = column("two_losses", "loss of 1.3"), column("two_losses", "loss of 2.3")
    assert below(score["1"], noise["1"]) and all(below(noise[t], score[t]) for t in noise if t != "1")
    assert 90 < score["1000"][0] / noise["1000"][0] < 120


def test_what_the_handout_says_of_the_two_losses_on_images_holds():
    """The loss of 2.3 is the worse at each t, the more the smaller its weight; and how its weight lies."""
    noise, score, shipped = (
        column("image_losses", title) for title in ("loss of 1.3", "loss of 2.3", "the shipped network (1.3)")
    )
    assert all(below(shipped[t], noise[t]) for t in noise) and all(noise[t][0] < score[t][0] for t in noise)
    assert all(below(noise[t], score[t]) for t in noise if t != "10")
    worse = [score[t][0] / noise[t][0] for t in noise]
    assert all(few < many + 0.002 for few, many in zip(worse, worse[1:]))
    assert [round(x, 2) for x in worse[:2]] == [1.03, 1.03] and 1.5 < worse[3] < 1.6 and 3.4 < worse[-1] < 3.7
    weight = 1 / (1 - linear_schedule()[1:])
    assert weight[:10].sum() / weight.sum() == pytest.approx(0.77, abs=0.005)
    assert 200 < 10_000 * 512 / (1500 * 16) < 220  # images that the shipped network saw, beside them


def test_the_table_of_the_two_losses_waits_for_both_networks(monkeypatch, tmp_path):
    """And a network that knows the exact noise has no error."""
    monkeypatch.chdir(tmp_path)
    picture, table = modules["two_losses"], linear_schedule()
    with pytest.raises(Exception, match=r"^there is no runs/moons/network.safetensors yet; .*DATA=moons$"):
        picture.measure()
    for name in ("moons", "moons-score"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        torch.manual_seed(0)
        checkpoints.save_network(tmp_path / "runs" / name / "network.safetensors", NoiseMLP(), {"data": "moons"})
        if name == "moons":
            with pytest.raises(Exception, match=r"DATA=moons LOSS=score$"):
                picture.measure()
    rows = picture.measure(20).rows
    assert [row[0] for row in rows] == [str(t) for t in picture.TIMES] and all(row[1] == row[2] for row in rows)
    exact = lambda x_t, t: toy.two_moons().eps(x_t, table[t])  # noqa: E731
    assert picture.errors(exact, 300, 20).max() < 1e-9


def known_network(monkeypatch, std=0.5):
    """Put a network that knows N(0, std²) in the place of the shipped one."""
    known, table = gaussian.GaussianData(0.0, std), schedule.linear_alpha_bar(1000)
    answer = lambda x, t: torch.from_numpy(known.eps(x.numpy(), table[t])).float()  # noqa: E731
    monkeypatch.setattr(images, "network", lambda: answer)
    return answer


def test_asked_for_its_score_a_network_says_the_same(monkeypatch):
    """By 2.1 and 2.2, up to rounding; and of a score with the wrong sign it would not."""
    put(monkeypatch)
    model, x = known_network(monkeypatch), torch.randn(4, 1, 3, 3)
    t = torch.tensor([1, 10, 500, 1000])
    assert (modules["score_images"].by_score(model)(x, t) - model(x, t)).abs().max() < 1e-4
    put(monkeypatch, SOLUTION, ("score.py", "score = -eps /", "score = eps /"))
    assert (modules["score_images"].by_score(model)(x, t) - model(x, t)).abs().max() > 0.1


def test_the_error_of_a_network_on_images_is_the_loss_of_1_3(monkeypatch):
    """Of black images x_t is all noise, which this network sees, or sees half of."""
    monkeypatch.setattr(images, "real", lambda which: torch.zeros(len(which), 1, 4, 4))
    picture, root = modules["score_images"], (1 - schedule.linear_alpha_bar(1000)[500]) ** 0.5
    assert picture.errors(lambda x, t: x / root, 500, 6).max() < 1e-9
    assert picture.errors(lambda x, t: x / root / 2, 500, 300).mean().item() == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("table", ["image_losses", "score_images"])
def test_the_tables_of_both_losses_on_images_wait_for_both_networks(monkeypatch, tmp_path, table):
    monkeypatch.chdir(tmp_path)
    for name, more in (("fashion", ""), ("fashion-score", " LOSS=score")):
        with pytest.raises(Exception, match=f"^there is no runs/{name}/network.safetensors yet; .*DATA=fashion{more}$"):
            modules[table].measure()
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "network.safetensors").touch()


def save_small_networks(folder, *weights):
    """Save a small network where each of the two trainings would, all its weights the same number."""
    for name, weight in zip(("fashion", "fashion-score"), weights):
        (folder / "runs" / name).mkdir(parents=True)
        small = UNet(1, 2, [8, 8], [1, 1], [0, 0], 0.0)
        small.load_state_dict({name: weight * torch.ones_like(value) for name, value in small.state_dict().items()})
        checkpoints.save_network(folder / "runs" / name / "network.safetensors", small, {"data": "fashion"})


def test_the_losses_on_images_are_those_of_each_network(monkeypatch, tmp_path):
    """One that says 0 has the loss 1 at each t, and the network that knows such images has one near 0 at large t."""
    monkeypatch.chdir(tmp_path)
    known_network(monkeypatch)
    draw = torch.Generator().manual_seed(1)
    monkeypatch.setattr(images, "real", lambda which: 0.5 * torch.randn(len(which), 1, 28, 28, generator=draw))
    save_small_networks(tmp_path, 0.0, 0.1)
    table = modules["image_losses"].measure(40)
    found = [[float(cell.split(" ± ")[0]) for cell in row] for row in table.rows]
    times, nothing, other, known = zip(*found)
    assert times == modules["two_losses"].TIMES and nothing == pytest.approx([1] * len(times), abs=0.02)
    assert all(abs(loss - 1) > 0.1 for loss in other) and known[0] > 0.9 and known[-1] < 0.01


def test_one_network_trained_twice_is_at_distance_0_from_itself(monkeypatch, tmp_path):
    """Three rows of four are of one network; the shipped one makes other images."""
    put(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(images, "real", lambda which: data.to_state(pixels()[which]))
    save_small_networks(tmp_path, 0.1, 0.1)
    monkeypatch.setattr(modules["score_images"], "S", 2)
    rows = modules["score_images"].measure(64, 3).rows
    assert [row[1:3] for row in rows[:3]] == [("0.000 ± 0.000", "3/3")] * 3 and float(rows[3][1].split(" ± ")[0]) > 0.1
    assert rows[0][3:] == rows[2][3:] != rows[3][3:]


def test_the_reverse_sde_ends_at_a_gaussian(monkeypatch):
    """With a network that knows N(0, 0.5²), in 200 steps, at 4,000 numbers; with half the noise it does not."""
    put(monkeypatch)
    known_network(monkeypatch)
    x_T = torch.randn(4000, 1, 1, 1, generator=torch.Generator().manual_seed(0))
    assert modules["langevin_images"].by_sde(x_T, 200).std().item() == pytest.approx(0.5, abs=0.05)
    put(monkeypatch, SOLUTION, ("score.py", "(beta * dt).sqrt() * z", "(beta * dt).sqrt() * z / 2"))
    assert modules["langevin_images"].by_sde(x_T, 200).std().item() < 0.4


def test_each_way_back_calls_the_network_as_often_as_the_table_says(monkeypatch):
    put(monkeypatch)
    asked = []
    monkeypatch.setattr(images, "network", lambda: lambda x, t: asked.append(len(x)) or x * 0)
    for way in modules["langevin_images"].WAYS:
        asked.clear()
        assert way.images(torch.zeros(2, 1, 2, 2)).shape == (2, 1, 2, 2)
        assert asked == [2] * way.calls, way.name


def test_a_way_that_makes_noise_is_far_from_the_test_set(monkeypatch):
    put(monkeypatch)
    monkeypatch.setattr(images, "real", lambda which: data.to_state(pixels()[which]))
    picture = modules["langevin_images"]
    test_set, noise = picture.measure((picture.Way("nothing done", 0, lambda x_T: x_T),), 64).rows
    assert test_set[:2] == ("test set", "") and noise[:2] == ("nothing done", "0")
    assert float(test_set[2].split(" ± ")[0]) < 20 and float(noise[2].split(" ± ")[0]) > 50


def test_what_the_handout_says_of_langevins_images_holds():
    """Worse by a factor beyond both intervals than each way back; those are near the test set."""
    fid, kid = column("langevin_images", "FID"), column("langevin_images", "KID")
    (langevin,) = (name for name in fid if "Langevin" in name)
    for name in fid:
        if name != langevin:
            assert fid[langevin][0] - fid[langevin][1] > 5 * fid[name][0] and below(fid[name], fid[langevin])
            assert abs(kid[name][0]) < 2 * kid[name][1]
