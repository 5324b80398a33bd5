"""`make measure`: the handout has the numbers that it prints, what it says of them is so, and what waits is said.

What takes seconds is measured here again; what takes minutes was measured once, into assets/tables/.
"""

import csv
import importlib
import re
import runpy
import sys

import pytest
import torch

from grader.paths import ASSETS, SOLUTION, STARTER
from oracle import gaussian, losses, schedule, steps
from student_files import put
from workshop.assets.recipe import MEASURED as KEPT

pytest.importorskip("tqdm", reason="tqdm is not installed; make installs it")

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import checkpoints, data, metrics, sde, toy
    from diffusion.mlp import NoiseMLP
    from diffusion.pictures import images
    from diffusion.pictures.table import MEASURED, Table, cell, interval
    from diffusion.schedule import linear_schedule

    modules = {name: importlib.import_module(f"diffusion.pictures.{name}") for name in MEASURED}
    main = runpy.run_path(str(STARTER / "measure.py"))["main"]
    put(patch)  # or the stubs that train.py imports would stay for the tests after these
    train = runpy.run_path(str(STARTER / "train.py"))

pytestmark = pytest.mark.usefixtures("one_thread")
README = (STARTER / "README.md").read_text("utf-8")
QUICK = ("small_steps", "forward_chain", "annealed")


def shown(head):
    """The rows of the handout's table that has this head, cell by cell."""
    text = "| " + " | ".join(head) + " |\n"
    assert README.count(text) == 1, text
    lines = README.split(text)[1].split("\n\n")[0].splitlines()[1:]
    return [tuple(line.strip("| ").split(" | ")) for line in lines]


@pytest.fixture(scope="module")
def measured():
    """The quick tables, with the solution."""
    with pytest.MonkeyPatch.context() as patch:
        put(patch)
        return {name: modules[name].measure() for name in QUICK}


def kept(name):
    """The head and the rows of a table in assets/tables/."""
    with (ASSETS / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    return head, [tuple(row) for row in rows]


def column(name, title, nth=0):
    """The numbers of a column of a kept table, each with what stands behind its ±, by the row's first cell."""
    head, rows = kept(name)
    at = [i for i, each in enumerate(head) if each == title][nth]
    return {row[0]: tuple(map(float, re.split(" ± |/", row[at]))) for row in rows if row[at]}


def below(one, other):
    """Whether a figure is below another beyond both intervals."""
    return one[0] + one[1] < other[0] - other[1]


def test_each_table_is_quick_or_kept():
    assert sorted(MEASURED) == sorted([*QUICK, *KEPT])


@pytest.mark.parametrize("name", KEPT)
def test_the_handout_has_the_numbers_that_are_kept(name):
    head, rows = kept(name)
    assert shown(head) == rows


@pytest.mark.parametrize("name", QUICK)
def test_the_handout_has_the_numbers_of_the_command(measured, name):
    assert shown(measured[name].head) == [tuple(row) for row in measured[name].rows]


# As dt → 0


def test_the_orders_are_those_of_the_theory(measured):
    """Order 2 for a mean, 3/2 for noise, 1 for a way, but less to its very end, where DDPM adds no noise."""
    of = dict(zip(modules["small_steps"].ROWS, (row[-1] for row in measured["small_steps"].rows)))
    assert of.pop("euler") == "equal"
    wanted = {"noising": 1, "mean": 2, "step": 1.5, "way": 1, "ddim": 1, "time": 1}
    assert {row: float(of[row]) for row in wanted} == pytest.approx(wanted, abs=0.05)
    assert 0.5 < float(of["end"]) < 0.8


def test_a_wrong_step_is_of_no_order(monkeypatch):
    """A reverse SDE with half its noise never comes to DDPM's way, a DDIM of the other root never to the ODE."""
    put(monkeypatch, SOLUTION, ("score.py", "(beta * dt).sqrt() * z", "(beta * dt).sqrt() * z / 2"))
    measure = modules["small_steps"].difference
    assert measure("way", 64) > 0.8 * measure("way", 16)
    old, new = "radicand / (1.0 - alpha_bar_t)).sqrt()", "radicand / (1.0 - alpha_bar_t)).sqrt().neg()"
    put(monkeypatch, SOLUTION, ("sampler.py", old, new))
    assert measure("euler", 16) > 0.1 and measure("ddim", 64) > 0.1


def test_the_forward_step_and_the_odes_are_those_of_the_oracle():
    x, score, z = torch.randn(3, 5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    beta = torch.rand(5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    back = steps.reverse_sde_step(x.numpy(), score.numpy() / 2, beta.numpy(), 0.1, 0 * z.numpy())
    assert torch.allclose(sde.probability_flow_step(x, score, beta, 0.1), torch.from_numpy(back), rtol=0, atol=1e-12)
    for dt in (1e-4, 1e-5):
        jump = torch.from_numpy(steps.q_sample(x.numpy(), 1 - beta.numpy() * dt, z.numpy()))
        assert (sde.forward_sde_step(x, beta, dt, z) - jump).abs().max() < dt**2
    assert sde.forward_sde_step(x.float(), beta, 0.1, z.float()).dtype == torch.float32


def test_alpha_bar_falls_by_beta_and_its_table_is_nearly_the_linear_schedule():
    t = torch.linspace(0, 1, 1001, dtype=torch.float64)
    middle, fall = (t[1:] + t[:-1]) / 2, -sde.alpha_bar_at(t).log().diff() * 1000
    assert torch.allclose(fall, sde.beta_at(middle), rtol=0, atol=1e-9)
    assert sde.alpha_bar_at(t)[0] == 1 and (sde.alpha_bar_at(t) - linear_schedule()).abs().max() < 1e-3


# The forward chain


def test_the_chain_keeps_the_jump_and_neighbours_are_as_near_as_the_theory_has_it(monkeypatch):
    """At 20,000 chains: false alarm below 1e-9, as no figure may be seven standard errors off."""
    put(monkeypatch)
    picture, draws = modules["forward_chain"], 20_000
    x_0, off = picture.data(draws), 7 / draws**0.5
    for eta in picture.ETAS:
        states = picture.chain(x_0, eta)
        left = picture.off_the_jump(states, x_0)
        assert left.mean(dim=1).abs().max() < off
        assert (left.std(dim=1) - (1 - picture.ALPHA_BAR[[*picture.TIMES]]).sqrt()).abs().max() < off
        a, p = (picture.ALPHA_BAR[t].item() for t in (600, 500))
        sigma = float(steps.ddim_sigma(a, p, eta))
        between = (1 - sigma**2 / (1 - p)) ** 0.5
        assert picture.correlations(states, x_0)[picture.AT[0]].item() == pytest.approx(between, abs=off)
        weight = a**0.5 - between * ((1 - a) / (1 - p)) ** 0.5 * p**0.5
        assert picture.weight_of_x_0(states, x_0) == pytest.approx(weight, abs=2 * off)
    assert weight == pytest.approx(0, abs=1e-9)  # at η = 1
    markov = picture.markov(x_0)
    assert picture.correlations(markov, x_0).tolist() == pytest.approx(
        picture.correlations(states, x_0).tolist(), abs=2 * off
    )
    assert picture.weight_of_x_0(markov, x_0) == pytest.approx(0, abs=2 * off)


def test_a_mean_that_does_not_keep_the_jump_is_seen(monkeypatch):
    change = ("sampler.py", "omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t", "omega_0 = omega_t")
    put(monkeypatch, SOLUTION, change)
    picture, x_0 = modules["forward_chain"], modules["forward_chain"].data(1000)
    assert picture.off_the_jump(picture.chain(x_0, 0.5), x_0)[:, ::2].mean(dim=1).abs().max() > 0.2


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
    row = picture.measure((7,), 3).rows[0]
    assert row == ("7", cell(*interval([0, 1 / 4, 1]), 5), "0.000 ± 0.000")


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


def test_langevins_noise_beside_that_of_the_other_ways(measured):
    """Half of it for the SDE, all but half for DDPM, none for DDIM at η = 0: exactly σ_prev²/2σ_t² for DDPM."""
    put_back = modules["annealed"]
    rows = {row[0]: [float(each) for each in row[1:]] for row in measured["annealed"].rows}
    assert rows["DDIM, η = 0 (2.9)"] == [0, 0, 0] and rows["reverse SDE (2.6)"] == pytest.approx([0.5] * 3, abs=0.011)
    sigma = put_back.SIGMA
    wanted = [(sigma[t - 1] / sigma[t]).square().item() / 2 for t in (900, 500, 100)]
    assert rows["DDPM (1.5)"] == pytest.approx(wanted, abs=0.006)


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


# The command


def test_a_table_can_be_read_in_a_terminal_and_kept():
    table = Table("Title", ("what", "a", "b"), [("first one", "1", "2.5 ± 0.1"), ("η, σ", "10", "3")])
    assert str(table) == "Title\nwhat        a          b\nfirst one   1  2.5 ± 0.1\nη, σ       10          3"
    assert table.csv() == 'what,a,b\nfirst one,1,2.5 ± 0.1\n"η, σ",10,3\n'
    assert cell(*interval([1, 2, 3]), 2) == "2.00 ± 1.13"


@pytest.fixture
def run(monkeypatch, tmp_path):
    """run(*arguments): measure.py's exit code, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def _run(*arguments):
        monkeypatch.setattr(sys, "argv", ["measure.py", *arguments])
        return main()

    return _run


def test_a_table_is_printed_and_kept(run, monkeypatch, tmp_path, capsys):
    table = Table("Title", ("what", "a"), [("one", "1")])
    monkeypatch.setattr(modules["small_steps"], "measure", lambda: table)
    assert run("--only", "small_steps", "--out", "here") == 0
    assert capsys.readouterr().out == "Title\nwhat  a\none   1\nhere/small_steps.csv\n\n"
    assert (tmp_path / "here" / "small_steps.csv").read_text() == table.csv()


def test_on_the_untouched_starter_each_table_says_what_it_waits_for(run, monkeypatch, tmp_path, capsys):
    put(monkeypatch, STARTER)
    monkeypatch.setattr(modules["few_images"], "measure", lambda: Table("Title", ("a", "b"), []))  # it needs no task
    assert run() == 1
    said = capsys.readouterr().out.split("\n\n")[:-1]
    assert said.pop(MEASURED.index("few_images")).startswith("Title\n")
    assert said.pop(MEASURED.index("two_losses") - 1).startswith("two_losses: there is no runs/moons/network")
    assert [line.split(":")[0] for line in said] == [
        name for name in MEASURED if name not in ("few_images", "two_losses")
    ]
    assert all(re.fullmatch(r"\w+: waits for task \d\.\d+, \w+", line) for line in said), said
    assert [path.name for path in tmp_path.rglob("*.csv")] == ["few_images.csv"]


def test_each_table_is_listed_and_the_handout_names_it():
    listed = (STARTER / "diffusion" / "pictures" / "__init__.py").read_text("utf-8")
    for name in MEASURED:
        assert f"{name} " in listed and f"`make measure N={name}`" in README
