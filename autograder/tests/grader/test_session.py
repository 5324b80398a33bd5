"""Calls on a student's functions, each in a worker: every outcome, forged frames, faults of the grader."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from checks import judge
from grader import overlay
from grader.outcomes import (
    BrokeProtocol,
    Died,
    Flooded,
    GraderFault,
    Killed,
    Loses,
    Raised,
    Stopped,
    TimedOut,
    ToDo,
    Wrong,
    from_outside,
)
from grader.paths import AUTOGRADER
from grader.sandbox.zygote import Zygote
from grader.student.budget import Limits
from grader.student.session import Session
from grader.student.worker_process import WorkerProcess
from grader.transcript.examiner import Examiner, describe, model_of_a_loss

SHORT = Limits(call=1.0, function=60.0)
X, A, E = np.arange(8.0).reshape(4, 2), np.float64(0.25), np.ones((4, 2))

# What comes back


def test_values_come_back_as_they_were_returned(student):
    value = student("return x * a, (e.float(), [1, 2.5, None], {'n': x.sum().long()})")("q_sample", X, A, E).value
    assert np.array_equal(value[0], X / 4) and value[0].dtype == np.float64
    assert value[1][0].dtype == np.float32 and value[1][1] == [1, 2.5, None]
    assert value[1][2]["n"].dtype == np.int64 and value[1][2]["n"].shape == ()


def test_the_seed_is_that_of_torchs_global_generator(student):
    draw = "return torch.randn(3)"
    first, second = (student(draw)("q_sample", X, seed=7).value for _ in range(2))
    assert first.tolist() == second.tolist() != student(draw)("q_sample", X, seed=8).value.tolist()


def test_changed_arguments_are_reported_by_position_and_by_name(student):
    returned = student("x += 1\ne.resize_(2, 2)\nreturn x")("q_sample", X, A, e=E)
    assert returned.changed == ["0", "e"]
    assert student("x = x + 1\nreturn x")("q_sample", X, A, e=E).changed == []


def test_a_graph_is_reported(student):
    assert student("return [x, (x.requires_grad_() * 2,)]")("q_sample", X).carries_graph is True
    assert student("return x")("q_sample", X).carries_graph is False


@pytest.mark.parametrize(
    "body, reached",
    [
        ("return ((m(x, t) - e) ** 2).mean()", [range(4)]),
        ("return m(x, t).sub_(e).square_().mean()", [range(4)]),  # the answer itself is overwritten
        ("m.train().zero_grad()\nreturn (torch.cat([m(x[i], t[i]) for i in ([2], [0, 1, 3])]) - e[[2, 0, 1, 3]])"
         ".square().mean()", [[2], [0, 1, 3]]),
        ("with torch.no_grad(): m(x, t)\nreturn (m(x, t) - e).square().mean() + 0 * m(x, t).detach().sum()",
         [None, range(4), None]),
        ("with torch.inference_mode(): m(x, t)\nreturn next(m.parameters()) * x.sum()", [None]),
        ("m.requires_grad_(False)\nreturn ((m(x, t) - e) ** 2).mean()", None),
        ("return ((m(x, t) - e) ** 2).mean(dim=1)", None),
        ("return ((m(x, t) - e) ** 2).mean().item()", None),
        ("return e.requires_grad_().sum()", []),
    ],
)  # fmt: skip
def test_a_loss_comes_back_with_its_gradient_at_each_answer_of_the_model(student, body, reached):
    source = "def noise_prediction_loss(m, x, t, e, a):\n    " + body.replace("\n", "\n    ")
    examiner, t = model_of_a_loss(X.shape, 4), np.array([1, 2, 3, 4])
    made = student(source=source)
    found = made("noise_prediction_loss", examiner, X, t, E, np.ones(5)).gradients
    assert made.seen[-1][1][0] is examiner  # so that a lost check's own calls are held against causes
    gradient = 2 * (examiner.model(X, t) - E) / X.size
    want = reached and [None if rows is None else pytest.approx(gradient[list(rows)]) for rows in reached]
    assert found == want


@pytest.mark.parametrize(
    "body",
    [
        "return True",
        "return x > 0",
        "return x * float('nan')",
        "return x.numpy()",
        "return torch.nn.Parameter(x)",
        "class T(torch.Tensor): pass\nreturn x.as_subclass(T)",
        "return x.half()",
        "return x * 1j",
        "return x.to_sparse()",
        "return x[0]",
        "class P(NamedTuple):\n  mean: int\n  variance: int\nreturn P(x, x)",
        "return 'x'",
        "return 10**400",
        "v = []\nfor _ in range(300): v = [v]\nreturn v",
    ],
)
def test_what_is_no_tensor_of_numbers_is_no_answer(student, body):
    value = student(body)("q_sample", X).value
    with pytest.raises(Wrong):
        judge.numbers(value, X.shape, "x_t")


def test_a_description_carries_no_input(student):
    value = student("return type('x ' + repr(x.tolist()), (), {})()")("q_sample", X + 0.125).value
    assert "0.125" not in describe(value)


# Many calls at once


def test_many_calls_are_answered_in_their_order_by_one_worker(student):
    made = student(source="n = 0\ndef q_sample(x):\n    global n\n    n += 1\n    return [x, n]")
    found = [each.value for each in made.map("q_sample", [(float(i),) for i in range(150)])]
    assert found == [[float(i), i + 1] for i in range(150)] and made.session.calls == 150


def test_the_first_of_many_calls_that_does_not_return_is_lost_in_its_place(student):
    """Those before it are answered, none after it is made, and the worker goes on."""
    made = student("if x == 3: raise KeyError\nopen(str(x), 'w').close()\nreturn len(os.listdir('.'))")
    answers = made.map("q_sample", [(float(i),) for i in range(9)])
    assert [next(answers).value for _ in range(3)] == [1, 2, 3]
    with pytest.raises(Raised, match="KeyError"):
        next(answers)
    assert made("q_sample", 4.0).value == 4


def test_each_of_many_calls_has_the_time_of_one(student):
    """A batch ends early where its calls are slow; without that, twelve of a tenth of a second would not fit."""
    made = student("end = time.process_time() + 0.1\nwhile time.process_time() < end: pass\nreturn x", limits=SHORT)
    assert len(list(made.map("q_sample", [(X,)] * 12))) == 12
    with pytest.raises(TimedOut):
        list(student("while x > 4: pass\nreturn x", limits=SHORT).map("q_sample", [(float(i),) for i in range(9)]))


def test_workers_are_started_ahead_while_a_session_is_entered_and_end_with_it(student, zygote):
    made = student("return x")
    with made.session as session:
        made("q_sample", X)
        ahead, _ = session.workers._ahead
        made.close()
        next_one = session.student()
        next_one("q_sample", X)
        assert next_one.caller.process is ahead and ahead.pid != made.caller.process.pid
        next_one.close()
    assert not ahead.running and session.workers._ahead is None
    assert list(zygote.folder.glob("tmp*")) == []


# What does not come back


@pytest.mark.parametrize(
    "body, kind, sentence",
    [
        (
            "raise ValueError(x)",
            Raised,
            r"raised ValueError, at sampler\.py, line 9: `raise ValueError\(x\)`\. \(The m",
        ),
        ("raise NotImplementedError('TODO 1.1: q_sample')", ToDo, r"To do: q_sample \(1\.1\)"),
        ("sys.exit(0)", Raised, "tried to end Python"),
        ("os._exit(0)", Died, r"exit code 0"),
        ("os._exit(7)", Died, r"exit code 7"),
        ("ctypes.string_at(0)", Died, "SIGSEGV"),
        ("class E(Exception):\n  def __str__(self): os._exit(5)\nraise E", Died, "exit code 5"),
        ("v = []\nv.append(v)\nreturn v", Raised, "RecursionError"),
        ("v = []\nfor _ in range(10**5): v = [v]\nreturn v", Raised, "RecursionError"),
        ("return torch.zeros(1 << 24, dtype=torch.float64)", Flooded, "more data than any answer"),
        ("channel().close()\nwhile True: pass", Died, "SIGKILL"),
        ("channel().sock.sendall(bytes(3) + b'\\5' + bytes(4) + b'hello')", BrokeProtocol, "not an answer"),
        ("channel().sock.sendall(b'\\xff' * 100)\nwhile True: pass", Flooded, "more data"),
        ("channel().sock.sendall(bytes(5))\nos._exit(0)", Died, "exit code 0"),
        ("return {'@': 'array'}", BrokeProtocol, "not an answer"),
        ("channel().send([1])", BrokeProtocol, "not an answer"),
        ("channel().send({'replies': [{'returned': 1}]})", BrokeProtocol, "not an answer"),
        (
            "channel().send({'replies': [{'returned': 1, 'changed': [], 'gradients': [1]}]})",
            BrokeProtocol,
            "not an answer",
        ),
        ("channel().send({'replies': []})", BrokeProtocol, "not an answer"),
        ("channel().send({'replies': [1]})", BrokeProtocol, "not an answer"),
        ("channel().send({'replies': [{'returned': 1, 'changed': []}] * 2})", BrokeProtocol, "not an answer"),
        ("channel().send({'ask': 'callback', 'args': [1]})", BrokeProtocol, "not an answer"),
        ("channel().send({'ask': 'predict_x_0', 'args': [[1], {}]})", BrokeProtocol, "not an answer"),
        (
            "report = {'type': 'ab' + 'c7', 'message': 'x', 'place': ['judge.py', 1]}\n"
            "channel().send({'replies': [{'raised': report}]})",
            Raised,
            r"raised an exception\. \(The",
        ),
    ],
)
def test_each_end_of_a_call_has_its_outcome(student, body, kind, sentence):
    with pytest.raises(Loses) as caught:
        student(body)("q_sample", X)
    assert type(caught.value) is kind and re.search(sentence, caught.value.sentence), caught.value.sentence


def test_a_forged_answer_is_only_an_answer(student):
    reply = "{'returned': 1.5, 'changed': [], 'carries_graph': 'yes', 'score': 100}"
    body = f"channel().send({{'replies': [{reply}]}})\nreturn x"
    returned = student(body)("q_sample", X)
    assert (returned.value, returned.changed, returned.carries_graph) == (1.5, [], False)


def test_a_file_that_cannot_be_imported_loses_with_its_line(student):
    with pytest.raises(Raised, match=r"sampler\.py could not be imported: it raised SyntaxError: .*line 8: `def \(`"):
        student(source="def (")("q_sample", X)


def test_a_worker_that_is_gone_is_gone_for_the_rest_of_its_check(student):
    dead = student("os._exit(3)")
    for _ in range(2):
        with pytest.raises(Died, match="exit code 3"):
            dead("q_sample", X)


def test_an_endless_loop_is_stopped_and_not_called_again(student):
    body = "while True:\n  try:\n    while True: pass\n  except BaseException: pass"
    first = student(body, limits=Limits(call=0.4))
    with pytest.raises(TimedOut, match="^q_sample did not return within"):
        first("q_sample", X)
    assert first.session.calls == 1
    again = first.session.student()
    with pytest.raises(TimedOut, match="It was not called again.$"):
        again("q_sample", X)
    assert first.session.calls == 1 and again.caller.process.folder is None


def test_a_call_is_counted_when_its_outcome_is_looked_at(student):
    """How many of a batch are made hangs on the machine, and the count is in the results."""
    doubles = student("return 2 * x")
    made = doubles.map("q_sample", [(X,), (X,), (X,)])
    next(made)
    assert doubles.session.calls == 1
    assert len([*made]) == 2 and doubles.session.calls == 3


def test_a_reply_far_larger_than_what_the_call_was_given_is_refused(student):
    assert student("return torch.zeros(10**5)")("q_sample", X).value.shape == (10**5,)
    with pytest.raises(Flooded):
        student("return torch.zeros(10**6)")("q_sample", X)
    assert student("return torch.zeros(10**6)")("q_sample", np.zeros(10**6)).value.shape == (10**6,)


def test_a_worker_that_waits_for_a_processor_has_more_time_on_the_clock(student):
    limits = Limits(call=0.2, patience=1e3)
    waits = "import time\nstart = time.monotonic()\nwhile time.monotonic() < start + 0.5: time.sleep(0.1)\nreturn 1"
    assert student(waits, limits=limits)("q_sample", X).value == 1
    with pytest.raises(TimedOut):
        student("while True: pass", limits=limits)("q_sample", X)


def test_what_a_worker_waits_for_a_processor_is_not_on_the_clock(student, monkeypatch):
    """Here all of the time seems to be such a wait; without it the call ends after 0.2 s."""
    waits = "import time\ntime.sleep(1)\nreturn 1"
    monkeypatch.setattr(WorkerProcess, "_waited", lambda self: time.monotonic())
    assert student(waits, limits=Limits(call=0.2, patience=1.0))("q_sample", X).value == 1
    monkeypatch.undo()
    with pytest.raises(TimedOut):
        student(waits, limits=Limits(call=0.2, patience=1.0))("q_sample", X)


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the kernel does not tell")
def test_the_kernel_tells_how_long_a_worker_waited_for_a_processor(student):
    """Of two workers on one processor, each waits while the other one is at work."""
    body = "import time\nend = time.process_time() + 0.5\nwhile a > 0 and time.process_time() < end: pass\nreturn a"
    workers = [student(body), student(body)]
    for worker in workers:
        worker("q_sample", X, 0.0)
        os.sched_setaffinity(worker.caller.process.pid, {min(os.sched_getaffinity(0))})
    threads = [Thread(target=worker, args=("q_sample", X, 1.0)) for worker in workers]
    for step in (Thread.start, Thread.join):
        for thread in threads:
            step(thread)
    assert max(worker.caller.process._waited() for worker in workers) > 0.1


def test_a_worker_that_just_waits_has_not_for_ever(student):
    with pytest.raises(TimedOut):
        student("import time\nwhile True: time.sleep(60)", limits=Limits(call=0.2))("q_sample", X)


def test_what_a_function_used_up_is_not_missing_where_a_right_helper_stands_in(student):
    slow = student("sum(range(10**7))\nreturn 1", limits=Limits(function=0.0))
    assert slow("q_sample", X).value == 1
    with pytest.raises(TimedOut, match="has used up"):
        slow("q_sample", X)
    helped = slow.session.student(["predict_x_0"])
    assert helped("q_sample", X).value == 1
    helped.close()


def test_what_a_function_used_until_its_worker_ended_counts(student):
    dying = student("import os, time\nwhile time.process_time() < 1.5: pass\nos._exit(3)")
    with pytest.raises(Died):
        dying("q_sample", X)
    assert dying.session.budget.spent["q_sample", False] > 0.9


# Faults of the grader, and what the grader keeps out


def test_a_dead_zygote_is_a_fault_of_the_grader(student):
    with Zygote() as mortal:
        orphan = Session(mortal, overlay.Submission({"sampler.py": b"", "score.py": b""})).student()
        mortal.process.kill()
        mortal.process.wait()
        with pytest.raises(GraderFault, match="the zygote is gone"):
            orphan("q_sample", X)


def test_a_student_whose_worker_was_never_forked_can_be_closed(student, zygote, monkeypatch):
    def gone(*_):
        raise GraderFault("the zygote is gone")

    refused = student()
    monkeypatch.setattr(zygote, "spawn", gone)
    with pytest.raises(GraderFault, match="the zygote is gone"):
        refused("q_sample", X)
    refused.close()
    assert not refused.caller.process.folder.exists()


def test_a_worker_that_does_not_start_is_a_fault_and_is_ended_once(student, zygote, monkeypatch):
    refused, ended = student(), []
    monkeypatch.setattr(zygote, "spawn", lambda folder, uid, spawn=zygote.spawn: spawn(folder / "nowhere", uid))
    monkeypatch.setattr(zygote, "reap", lambda *given, reap=zygote.reap: ended.append(given) or reap(*given))
    with pytest.raises(GraderFault, match=r"a worker did not start \(exit code 70\)"):
        refused("q_sample", X)
    refused.close()
    assert len(ended) == 1


def test_what_does_not_start_is_not_waited_for_again(student, zygote, monkeypatch):
    """Neither by the same check nor by the next."""
    first, spawned = student(), []
    nowhere = lambda folder, uid, spawn=zygote.spawn: spawned.append(uid) or spawn(folder / "nowhere", uid)  # noqa: E731
    monkeypatch.setattr(zygote, "spawn", nowhere)
    for refused in (first, first, first.session.student()):
        with pytest.raises(GraderFault, match="a worker did not start"):
            refused("q_sample", X)
    assert len(spawned) == 1 and not any(first.session.budget.spent.values())


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("times", [1, 2])
def test_a_worker_that_ends_before_it_is_ready_is_started_once_more(student, zygote, monkeypatch, by, times):
    made, spawned = student("return x"), []

    def spawn(folder, uid, plain=zygote.spawn):
        if len(spawned) < times:
            laid = (folder / "tree").resolve()
            (folder / "tree").unlink()
            shutil.copytree(laid, folder / "tree")
            os.mkfifo(folder / "tree" / "nobody_writes_here")  # it waits to read this one
        spawned.append(plain(folder, uid))
        if len(spawned) <= times:
            os.kill(spawned[-1][0], by)
        return spawned[-1]

    monkeypatch.setattr(zygote, "spawn", spawn)
    if times == 1:
        assert np.array_equal(made("q_sample", X).value, X)
    else:
        with pytest.raises(GraderFault, match="killed or stopped from outside, twice"):
            made("q_sample", X)
    assert len(spawned) == 2


def test_the_student_files_and_torch_stay_out_of_the_graders_process(student):
    assert student("return os.getpid()")("q_sample", X).value != os.getpid()
    assert not [m for m in list(sys.modules.values()) if "marking-" in str(getattr(m, "__file__", ""))]
    known = "return ['grader.' + name in sys.modules for name in ('sandbox.wire', 'outcomes', 'tasks')]"
    assert student(known)("q_sample", X).value == [True, False, False]
    code = "import sys, grader.__main__, course.__main__, workshop.__main__; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=AUTOGRADER, check=True)


def test_no_module_of_python_that_the_zygote_imports_starts_a_program():
    """On the Python that runs this; 3.13 has one that looks for a library with a compiler. torch for CUDA does, too."""
    code = "import sys\nfrom grader.sandbox import zygote_main\nzygote_main.BESIDE.clear()\nseen = set()\n"
    code += "sys.addaudithook(lambda event, _: seen.add(event))\nzygote_main.import_all()\n"
    code += "print('import' in seen, *seen & {'os.exec', 'os.fork', 'os.posix_spawn', 'os.system', 'subprocess.Popen'})"
    done = subprocess.run([sys.executable, "-c", code], cwd=AUTOGRADER, capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr


# What becomes of a worker by another's hand


@pytest.mark.parametrize(
    "body, by, kind",
    [
        ("return model(x, e)", signal.SIGKILL, Killed),
        ("return model(x, e)", signal.SIGTERM, Killed),
        ("return model(x, e)\nwhile True: pass", signal.SIGSTOP, Stopped),
        ("model(x, e)\nctypes.string_at(0)", 0, Died),
        ("model(x, e)\nchannel().close()\nwhile True: pass", 0, Died),
    ],
)
def test_what_ends_a_worker_is_told_apart(student, body, by, kind):
    source = "def ddim_sample(model, x, a, e):\n    " + body.replace("\n", "\n    ")
    made = student(source=source)

    def model(x, t):
        os.kill(made.caller.process.pid, by)
        return x

    with pytest.raises(Died) as caught:
        made("ddim_sample", Examiner(model, (2,), 1, T=1), np.ones(2), 1.0, 1)
    assert type(caught.value) is kind and from_outside(caught.value) == (kind is not Died)
