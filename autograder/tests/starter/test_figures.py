"""`make figures`: with the solution all is drawn and the captions are true; what isn't done waits for its task.

The figures are drawn here with few points and steps, from a student's two files that stand in for the modules `sampler`
and `score`.
"""

import importlib
import io
import os
import re
import runpy
import subprocess
import sys
from functools import partial

import pytest
import torch

from grader.paths import SOLUTION, STARTER
from shipped import pixels
from student_files import put

pytest.importorskip("tqdm", reason="tqdm is not installed; make installs it")
from matplotlib.image import imread  # noqa: E402
from matplotlib.text import Text  # noqa: E402

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion.phrases import phrase
    from diffusion.pictures import images, yours
    from diffusion.pictures.page import DPI, ORDER, Page, wrapped
    from diffusion.pictures.table import MEASURED

    modules = {name: importlib.import_module(f"diffusion.pictures.{name}") for name in ORDER}
    main = runpy.run_path(str(STARTER / "figures.py"))["main"]

pytestmark = pytest.mark.usefixtures("one_thread")
SIZES = {
    "noising": {"points": 20},
    "langevin": {"points": 100},
    "reverse_sde": {"points": 30},
    "paths": {"points": 10},
    "step_grid": {"which": (2, 3)},
    "tables": {},
    "interpolation": {"number": 2},
    "inversion": {"which": (2, 3)},
    "small_steps": {"many": (4, 8)},
    "forward_chain": {"draws": 200},
    "few_images": {"numbers": (65, 70)},
    "blind_spots": {"shown": 2},
    "annealed": {"shown": (1000, 1), "count": 2, "each": 1},
}
TODO = "    raise NotImplementedError('TODO "
NOT_MEASURED = ["your own table: type make evaluate, which measures it"]


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch, tmp_path):
    """Where the figures are drawn."""
    quick(monkeypatch)
    monkeypatch.chdir(tmp_path)


def quick(patch):
    """The shipped part of the data, and without what asks a network a thousand times or for ten thousand images."""
    patch.setattr(images, "all_real", pixels)
    annealed, sets = modules["annealed"], modules["blind_spots"].SETS
    patch.setattr(annealed, "ddpm", lambda x_T: yours.path("1.6", lambda x, t: x, x_T, annealed.ALPHA_BAR))
    patch.setitem(sets, phrase("ten images, repeated"), sets[phrase("test set")])
    patch.setattr(modules["few_images"], "real", lambda: modules["few_images"].gaussians(100, 1))


@pytest.fixture
def student(monkeypatch):
    """student(base, *changes): put for one test."""
    return partial(put, monkeypatch)


@pytest.fixture(scope="module")
def drawn():
    """All figures with the solution, drawn once; nothing is measured yet."""
    with pytest.MonkeyPatch.context() as patch:
        put(patch)
        quick(patch)
        return {name: draw(name) for name in ORDER}


def draw(name) -> Page:
    """A figure, small, as a PNG has it."""
    torch.manual_seed(0)
    page = getattr(modules[name], name)(**SIZES[name])
    page.savefig(io.BytesIO(), format="png")
    return page


def shown(page):
    """All texts of a page."""
    return [text for text in page.findobj(Text) if text.get_visible() and text.get_text().strip()]


def waiting(names):
    """What each figure waits for, of those that wait."""
    return {name: page.waits for name in names if (page := draw(name)).waits}


# What is drawn


def test_with_the_solution_every_figure_is_drawn(drawn):
    assert {name: page.waits for name, page in drawn.items() if page.waits} == {"tables": NOT_MEASURED}


def test_every_letter_lies_on_its_page_above_or_in_the_caption(drawn):
    for name, page in drawn.items():
        sheet, top = page.bbox.padded(1), page.below * page.bbox.height + 1
        for text in shown(page):
            box = text.get_window_extent()
            assert sheet.x0 <= box.x0 and box.x1 <= sheet.x1 and sheet.y0 <= box.y0 and box.y1 <= sheet.y1, (name, text)
            assert box.y0 >= top - 2 or box.y1 <= top, (name, text)
        assert f"Figure {page.nth}. {page.title}" in [text.get_text() for text in shown(page)]
        assert min(text.get_fontsize() for text in shown(page)) >= 9  # to be read at half the size


def test_a_notebook_gets_the_picture_as_png(student):
    student()
    page = modules["noising"].noising(points=20)
    picture = imread(io.BytesIO(page._repr_png_()))
    assert picture.shape[:2] == tuple(int(DPI * inch) for inch in (page.get_figheight(), page.get_figwidth()))
    assert picture[..., :3].std() > 0.1


def test_a_caption_keeps_its_words_and_its_lines_fit():
    caption = modules["inversion"].CAPTION
    lines = wrapped(caption, 600)
    assert " ".join(lines) == " ".join(caption.split()) and len(lines) > 3
    assert len(wrapped(caption, 300)) >= 2 * len(lines) - 1


# What the captions say


def test_small_sigma_gives_wrong_shares_large_sigma_smears_and_falling_sigma_is_right(student):
    student()
    picture = modules["langevin"]
    small, large, falling = (run(800) for run in (picture.small, picture.large, picture.falling))
    assert small.shares[0] < 0.4 and small.shares[2] > 0.3  # true 0.6 and 0.1
    assert small.spread < 0.6 and large.spread > 2
    assert falling.shares == pytest.approx(picture.WEIGHTS, abs=0.05) and falling.spread < 0.6


def test_both_ways_back_give_the_data_though_the_paths_differ(student):
    student()
    picture = modules["reverse_sde"]
    x_T = torch.randn(600, 2, generator=torch.Generator().manual_seed(1))
    by_sde, by_ode = (way(x_T)[..., 0] for way in (picture.by_sde, picture.by_ode))
    for states in (by_sde, by_ode):
        to_place = (states[-1][:, None] - torch.tensor(picture.PLACES)).abs()
        shares = to_place.argmin(dim=1).bincount(minlength=3) / len(x_T)
        assert shares.tolist() == pytest.approx([1 / 3] * 3, abs=0.06)
        assert to_place.amin(dim=1).square().mean().sqrt().item() == pytest.approx(picture.STD, rel=0.15)
    assert by_sde.diff(dim=0).abs().sum() > 50 * by_ode.diff(dim=0).abs().sum()
    assert by_ode[-1][x_T[:, 0].argsort()].diff().min() > -1e-5  # curves never cross
    assert by_sde[-1][x_T[:, 0].argsort()].diff().min() < -1


def test_the_density_behind_the_paths_is_that_of_the_noisy_data():
    picture, x = modules["reverse_sde"], torch.linspace(-12, 12, 8001, dtype=torch.float64)
    for t in (0, 300, 1000):
        density = picture.density(x, t)
        assert torch.trapezoid(density, x).item() == pytest.approx(1, abs=1e-6)
        points = torch.stack([x, torch.zeros_like(x)], dim=1)
        score = picture.DATA.score(points, picture.ALPHA_BAR[t])[:, 0]
        slope = (density[2:] - density[:-2]) / (x[2:] - x[:-2]) / density[1:-1]
        near = density[1:-1] > 1e-3
        assert (slope - score[1:-1])[near].abs().max() < 0.002 * score[1:-1][near].abs().max()


def test_ddpm_paths_are_crooked_and_ten_steps_of_ddim_end_where_a_thousand_end(student):
    student()
    picture = modules["paths"]
    x_T = torch.randn(200, 2, generator=torch.Generator().manual_seed(2))
    ddpm, full, few, noisy = (
        picture.ddpm(x_T),
        *(picture.ddim(x_T, *cell) for cell in ((1000, 0.0), (10, 0.0), (10, 1.0))),
    )
    assert len(ddpm) == len(full) == 1001 and len(few) == len(noisy) == 11
    assert picture.length(ddpm) > 50 * picture.length(full) and picture.length(noisy) > 5 * picture.length(few)
    assert picture.apart(few, full) < 0.2 * picture.apart(noisy, ddpm)


def test_at_eta_0_the_images_stay_the_same_at_every_s(student):
    student()
    picture, x_T = modules["step_grid"], images.noise([1, 2])
    by = {(S, eta): picture.sample(x_T, S, eta) for S in (10, 20) for eta in (0.0, 1.0)}
    changes = {eta: (by[10, eta] - by[20, eta]).square().mean().sqrt().item() for eta in (0.0, 1.0)}
    assert changes[0.0] < 0.4 * changes[1.0]


def test_on_the_arc_neighbours_are_alike_at_eta_0_only_and_the_straight_line_is_too_weak(student):
    student()
    picture, (a, b) = modules["interpolation"], images.noise(list(modules["interpolation"].ENDS[0])).split(1)
    arc, line = picture.slerp(a, b, 7), picture.lerp(a, b, 7)
    for way in (arc, line):
        assert torch.allclose(way[[0, -1]], torch.cat([a, b]), atol=1e-5)
    assert min(picture.size(arc)) > 0.9 and picture.size(line)[3] < 0.8
    smooth, jumpy = (picture.sample(arc, 10, eta).diff(dim=0).square().mean().item() for eta in (0.0, 1.0))
    assert smooth < 0.5 * jumpy


def test_the_way_there_and_back_comes_closer_with_more_steps(student):
    student()
    picture, x_0 = modules["inversion"], images.real([0, 1, 8])
    backs = [modules["step_grid"].sample(picture.invert(x_0, S), S, 0.0) for S in (5, 10, 20)]
    errors = [picture.error(x_0, back) for back in backs]
    assert errors[0] > errors[1] > errors[2] and errors[2] < 0.25


# The tables


def test_the_tables_show_what_was_measured_and_the_papers_figures(tmp_path):
    (tmp_path / "figures.csv").write_text("S,eta,images,fid,fid_interval\n5,0,70,12.34,1.5\n10,1,70,56.7,2\n")
    page = modules["tables"].tables(tmp_path)
    texts = [text.get_text() for text in shown(page)]
    assert page.waits == [] and {"12.3", "± 1.5", "56.7", "± 2.0", "41.1", "33.1"} <= set(texts)
    assert sum("±" in text for text in texts) == 2  # the two cells that are missing stay blank


@pytest.mark.parametrize("text", ["", "S,eta\n", "S,eta,images,fid,fid_interval\n5,0,70,twelve,1\n", "S\n\0"])
def test_a_table_that_cannot_be_read_is_a_sentence(tmp_path, text):
    (tmp_path / "figures.csv").write_text(text)
    page = modules["tables"].tables(tmp_path)
    assert page.waits == [
        f"your own table: {tmp_path}/figures.csv can't be read; delete {tmp_path} and type make evaluate"
    ]


# What waits


def test_a_broken_task_leaves_placeholders_where_it_is_needed_and_nowhere_else(student):
    student(
        SOLUTION,
        ("score.py", "x_prev = x + (beta * x / 2", "x_prev = x / 0 + (beta * x / 2"),
        ("sampler.py", "    x_0 = x_t\n    # --- end 1.6", "    x_0 = x_t[:1]\n    # --- end 1.6"),
        ("sampler.py", "    x_T = x_t\n", "    x_T = x_t.undo()\n"),
    )
    found = waiting(ORDER)
    assert list(found) == ["reverse_sde", "paths", "tables", "inversion", "small_steps", "annealed"]
    assert found["reverse_sde"] == [
        "waits for task 2.6 to be repaired: reverse_sde_step gave NaN, infinity or complex numbers (make test T=2.6)"
    ]
    assert found["paths"] == [
        "waits for task 1.6 to be repaired: ddpm_sample gave shape (1, 2); expected a tensor of shape (13, 2) "
        "(make test T=1.6)"
    ]
    assert "task 2.12 to be repaired: sampler.py, line" in found["inversion"][0]
    assert "AttributeError: 'Tensor' object has no attribute 'undo' (make test T=2.12)" in found["inversion"][0]


def test_a_helper_that_is_to_do_is_the_task_that_is_waited_for(student):
    student(SOLUTION, ("sampler.py", "    b = 0.0\n", f"{TODO}2.8: ddim_coefficients')\n"))
    found = waiting(["noising", "step_grid", "interpolation", "inversion"])
    assert found == dict.fromkeys(
        ["step_grid", "interpolation", "inversion"], ["waits for task 2.8, ddim_coefficients"]
    )


def test_a_panel_waits_alone_and_a_page_without_panels_is_one_placeholder(student):
    student(SOLUTION, ("score.py", "    for sigma in sigmas:\n", f"{TODO}2.5')\n    if 1:\n"))
    page = draw("langevin")
    assert page.drawn == 2 and page.waits == ["waits for task 2.5, annealed_langevin_sample"]
    assert sum("true 60 %" in text.get_text() for text in shown(page)) == 2
    student(STARTER)
    page = draw("langevin")
    assert len(page.axes) == 1 and page.drawn == 0
    said = "waits for task 2.4, langevin_sample\nwaits for task 2.5, annealed_langevin_sample"
    assert said in [text.get_text() for text in shown(page)]


@pytest.mark.parametrize(
    "body, said",
    [
        ("return None", "q_sample gave a NoneType; expected a tensor of shape (2, 2)"),
        ("return x_0[0]", "q_sample gave shape (2,); expected a tensor of shape (2, 2)"),
        ("return x_0 * 1j", "q_sample gave NaN, infinity or complex numbers"),
        ("return x_0.log()", "q_sample gave NaN, infinity or complex numbers"),
        ("raise SystemExit(3)", "sampler.py, line 2: SystemExit: 3"),
        ("raise ValueError", "sampler.py, line 2: ValueError"),
        ("return later", "sampler.py, line 2: NameError: name 'later' is not defined"),
    ],
)
def test_a_function_that_fails_is_a_sentence_with_its_task(student, monkeypatch, body, said):
    student()
    exec(
        compile(f"def q_sample(x_0, alpha_bar_t, eps):\n    {body}", "sampler.py", "exec"),
        sys.modules["sampler"].__dict__,
    )
    with pytest.raises(yours.Waits) as reason:
        yours.yours("1.1", -torch.ones(2, 2), torch.tensor(0.5), torch.ones(2, 2), shape=(2, 2))
    assert str(reason.value) == f"waits for task 1.1 to be repaired: {said} (make test T=1.1)"


def test_a_file_that_cannot_be_imported_or_lacks_a_function_is_a_sentence(student, monkeypatch, tmp_path):
    student()
    del sys.modules["sampler"].q_sample
    assert "has no attribute 'q_sample'" in draw("noising").waits[0]
    monkeypatch.delitem(sys.modules, "score")
    (tmp_path / "score.py").write_text("def langevin_sample(:\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "task 2.4 to be repaired: score.py, line 1: SyntaxError: invalid syntax" in draw("langevin").waits[0]


def test_a_tau_that_no_sampler_can_follow_is_a_mistake_of_2_10(student):
    student(SOLUTION, ("sampler.py", "torch.arange(1, S + 1) * T // S", "torch.arange(S)"))
    waits = draw("step_grid").waits
    assert len(waits) == 1 and waits[0].startswith("waits for task 2.10 to be repaired: ddim_timesteps: tau must be")


def test_a_sampler_that_spoils_what_it_is_given_spoils_no_other_panel(student):
    student(SOLUTION, ("sampler.py", "    x_t, steps = x_T, [*rev", "    x_T.mul_(0)\n    x_t, steps = x_T, [*rev"))
    right = modules["reverse_sde"].reverse_sde(points=30)
    x_T = torch.ones(3, 2)
    modules["reverse_sde"].by_ode(x_T)
    assert right.waits == [] and x_T.eq(1).all()


def test_a_state_of_another_shape_is_the_samplers_fault(student):
    student(
        SOLUTION,
        (
            "sampler.py",
            "        eps = eps_model(x_t, time_like(x_t, t))\n        x_t = ddpm_step(",
            "        eps = eps_model(x_t[:1], time_like(x_t[:1], t))\n        x_t = ddpm_step(",
        ),
    )
    (reason,) = draw("paths").waits
    assert "task 1.6 to be repaired: sampler.py, line" in reason
    assert "ValueError: the model was given a state of shape (1, 2); expected (13, 2)" in reason


# The command


def command(*arguments, blocked=()):
    """figures.py with arguments, in a Python of its own that lacks some packages: exit code, output, errors."""
    code = f"import runpy, sys; sys.modules.update(dict.fromkeys({blocked!r})); sys.path.insert(0, {str(STARTER)!r}); "
    code += f"sys.argv = {['figures.py', *arguments]!r}; "
    code += f"runpy.run_path({str(STARTER / 'figures.py')!r}, run_name='__main__')"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON"))}
    done = subprocess.run([sys.executable, "-B", "-c", code], env=kept, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_on_the_untouched_starter_all_are_placeholders_and_that_is_no_failure(tmp_path):
    code, said, errors = command("--out", "pictures")
    assert code == 0 and re.fullmatch("(Fashion-MNIST: the part of it that comes .*\n){0,2}", errors)
    names = [f"pictures/{number}-{name}.png" for number, name in enumerate(ORDER, 1)]
    lines = dict(line.split(": ", 1) for line in said.splitlines())
    assert list(lines) == names and sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.png")) == sorted(
        names
    )
    waits = {
        "1": "1.1, q_sample",
        "2": "2.4, langevin_sample; waits for task 2.5, annealed_langevin_sample",
        "3": "2.1, score_from_eps; waits for task 2.10, ddim_timesteps",
        "4": "1.6, ddpm_sample; waits for task 2.10, ddim_timesteps",
    }
    waits |= dict.fromkeys("578", "2.10, ddim_timesteps") | {"9": "1.5, ddpm_step; waits for task 2.9, ddim_step"}
    waits["10"] = "1.1, q_sample"
    waits["13"] = "1.6, ddpm_sample; waits for task 2.5, annealed_langevin_sample"
    drawn = {"6": "FID for each S and η; " + NOT_MEASURED[0], "11": "FID of right images, when there are few"}
    drawn["12"] = "What IS, FID and KID do not see; waits for task 2.10, ddim_timesteps"
    for name, line in lines.items():
        number = name.split("/")[1].split("-")[0]
        want = drawn.get(number) or f"waits for task {waits[number]}"
        assert line == want
        picture = imread(tmp_path / name)
        assert picture.shape[1] == 9 * DPI and picture[..., :3].std() > 0.05


@pytest.mark.parametrize("number", ["0", "14", "two", "-1"])
def test_a_number_that_no_figure_has_is_refused(monkeypatch, tmp_path, number):
    monkeypatch.setattr(sys, "argv", ["figures.py", f"--only={number}", "--out", "pictures"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == f"figures.py: there is no figure {number}; there are {', '.join(map(str, range(1, 14)))}"
    assert not (tmp_path / "pictures").exists()


def test_one_figure_can_be_asked_for(monkeypatch, tmp_path, capsys, student):
    student(STARTER)
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)  # other tests keep theirs
    monkeypatch.setattr(sys, "argv", ["figures.py", "--only", "5"])
    main()
    assert capsys.readouterr().out == "figures/5-step_grid.png: waits for task 2.10, ddim_timesteps\n"
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["5-step_grid.png"]


def test_without_matplotlib_a_sentence_says_what_to_type():
    code, said, errors = command(blocked=["matplotlib"])
    assert (code, said) == (1, "")
    assert (
        errors
        == "figures.py: the package matplotlib is missing here; python assignment.py lists the commands that bring it\n"
    )


def test_an_out_that_is_a_file_is_a_sentence(tmp_path):
    (tmp_path / "pictures").write_text("")
    code, said, errors = command("--out", "pictures", "--only", "1")
    assert code == 1 and said == "" and errors.startswith("figures.py: [Errno 17] ") and errors.count("\n") == 1


def test_the_figures_are_in_the_story_order_and_each_has_its_module():
    assert [path.stem for path in sorted((STARTER / "diffusion" / "pictures").glob("*.py"))] == sorted(
        [
            *ORDER,
            *(name for name in MEASURED if name not in ORDER),
            "__init__",
            "discretized",
            "images",
            "letters",
            "page",
            "table",
            "tau",
            "yours",
        ]
    )
    listed = (STARTER / "diffusion" / "pictures" / "__init__.py").read_text("utf-8")
    for number, name in enumerate(ORDER, 1):
        assert f"{name} " in listed and f" {number}  " in listed
