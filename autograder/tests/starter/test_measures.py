"""`make measure`: the handout has the numbers that it prints, what it says of them is so, and what waits is said.

What takes seconds is measured here again; what takes minutes was measured once, into assets/tables/, and
test_measures_images.py looks at that.
"""

import re
import runpy
import sys

import pytest
import torch

from grader.paths import SOLUTION, STARTER
from measured import MEASURED, README, kept, modules, shown
from oracle import steps
from student_files import put
from workshop.assets.recipe import MEASURED as KEPT

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import sde
    from diffusion.pictures.table import Table, cell, interval
    from diffusion.schedule import linear_schedule

    main = runpy.run_path(str(STARTER / "measure.py"))["main"]

pytestmark = pytest.mark.usefixtures("one_thread")
QUICK = ("small_steps", "forward_chain", "annealed")
OWN = ("score_images",)  # of two networks that a student trains in hours: the handout has no numbers of it


@pytest.fixture(scope="module")
def measured():
    """The quick tables, with the solution."""
    with pytest.MonkeyPatch.context() as patch:
        put(patch)
        return {name: modules[name].measure() for name in QUICK}


def test_each_table_is_quick_or_kept_or_of_networks_of_ones_own():
    assert sorted(MEASURED) == sorted([*QUICK, *KEPT, *OWN])


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
    ways = modules["discretized"].WAYS
    assert ways["way"](64) > 0.8 * ways["way"](16)
    old, new = "radicand / (1.0 - alpha_bar_t)).sqrt()", "radicand / (1.0 - alpha_bar_t)).sqrt().neg()"
    put(monkeypatch, SOLUTION, ("sampler.py", old, new))
    assert ways["euler"](16) > 0.1 and ways["ddim"](64) > 0.1


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


# One step of Langevin


def test_langevins_noise_beside_that_of_the_other_ways(measured):
    """Half of it for the SDE, all but half for DDPM, none for DDIM at η = 0: exactly σ_prev²/2σ_t² for DDPM."""
    put_back = modules["annealed"]
    rows = {row[0]: [float(each) for each in row[1:]] for row in measured["annealed"].rows}
    assert rows["DDIM, η = 0 (2.9)"] == [0, 0, 0] and rows["reverse SDE (2.6)"] == pytest.approx([0.5] * 3, abs=0.011)
    sigma = put_back.SIGMA
    wanted = [(sigma[t - 1] / sigma[t]).square().item() / 2 for t in (900, 500, 100)]
    assert rows["DDPM (1.5)"] == pytest.approx(wanted, abs=0.006)


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
    said = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.split("\n\n")[:-1])
    assert said.pop("Title").startswith("a  b\n") and [*said] == [
        f"{name}:" for name in MEASURED if name != "few_images"
    ]
    for name, folder in (("two_losses", "moons"), ("image_losses", "fashion"), ("score_images", "fashion")):
        assert said.pop(f"{name}:").startswith(f"there is no runs/{folder}/network")
    assert all(re.fullmatch(r"waits for task \d\.\d+, \w+", line) for line in said.values()), said
    assert [path.name for path in tmp_path.rglob("*.csv")] == ["few_images.csv"]


def test_each_table_is_listed_and_the_handout_names_it():
    listed = (STARTER / "diffusion" / "pictures" / "__init__.py").read_text("utf-8")
    for name in MEASURED:
        assert f"{name} " in listed and f"`make measure N={name}`" in README
