"""How each wall is taken down in a copy of the grader, so that a hostile case can show that it goes for something.

Nothing in the grader itself takes a wall down. A change is a file below `autograder`, and lines that are put at its
end, or a pair: what is there, and what comes in its place.
"""

import ast
from collections.abc import Iterable
from pathlib import Path

Change = str | tuple[str, str]

UNSEEN = "_opens = lambda *_: False"  # or the marking ends there, since the worker tells what it can read

IN_PROCESS = """
import torch

from workshop.trust.in_process import InProcess

_in_workers = _check


def _check(session, *given):
    with overlay.laid(session.submission) as tree, InProcess(tree) as session.caller:
        _in_workers(session, *given)
"""
ONE_WORKER = """
_student = Session.student


def _of_one_worker(session, stand_in_for=None):
    student = _student(session, stand_in_for)
    kept = vars(session).setdefault("kept", {})
    student.caller = kept.setdefault(tuple(student.stand_in_for), student.caller)
    return student


Session.student, Student.close = _of_one_worker, lambda student: None
"""
END_OF_ONE_WORKER = """
_in_one_worker = _check


def _check(*given):
    try:
        _in_one_worker(*given)
    finally:
        for worker in given[0].kept.values():
            worker.close()
"""
TRUSTING = """
def decode(header, payload):
    parsed, arrays, offset = json.loads(header), [], 0
    for dtype, shape in parsed["arrays"]:
        arrays.append(np.frombuffer(payload, dtype, math.prod(shape), offset).reshape(shape))
        offset += arrays[-1].nbytes
    return _from_json(parsed["body"], arrays)


_marker = lambda cls, given: cls(**given)
"""
PICKLE = """
import pickle

_plain_to_json, _plain_from_json = _to_json, _from_json


def _to_json(value, arrays):
    try:
        return _plain_to_json(value, arrays)
    except TypeError:
        return {"@": "pickle", "value": pickle.dumps(value).hex()}


def _from_json(tree, arrays):
    if isinstance(tree, dict) and tree.get("@") == "pickle":
        return pickle.loads(bytes.fromhex(tree["value"]))
    return _plain_from_json(tree, arrays)
"""
PACKS_ALL = """
_plain_pack = pack
pack = lambda value: value if isinstance(packed := _plain_pack(value), wire.Other) else packed
"""
UNCAPPED = """
MAX_HEADER = MAX_PAYLOAD = 1 << 32
_capped = Channel.receive
Channel.receive = lambda channel, deadline=None, most=0: _capped(channel, deadline, MAX_PAYLOAD)
"""
NO_DEADLINE = "LIMITS = Limits(call=1e6, run=1e6, function=1e6)"
QUOTED = """
def raised(function, report, sources):
    return Raised(f"{function} raised {report['type']}: {report['message']}")
"""
DESCRIBED = """
def describe(value):
    return f"{value.dtype} of shape {value.shape}" if isinstance(value, np.ndarray) else str(value)
"""
CARELESS = """
def close(value, want, what, scale=1.0, tolerance=ROUGH):
    got = np.ravel(value)
    right = np.ravel(want)[: got.size].astype(got.dtype)
    expect(not np.sum((got - right) ** 2) > np.sum((tolerance * got) ** 2), f"{what} is not what it must be.")
"""
GIVEN_AWAY = """
_unpack = Worker.unpack
Worker.unpack = lambda worker, value: (
    torch.from_numpy(value) if isinstance(value, np.ndarray) else _unpack(worker, value)
)
"""
ANSWERS_ALL = """
Student._answer = lambda student, examiner, what, args, clock: (
    examiner.answer(args) if what == "callback" else stand_ins.answer(what, *args)
)
"""
UNASKED = """
_items_asked = items_asked
items_asked = lambda examiner, *rest: _items_asked(examiner, *rest) if examiner.calls else [0]
"""
ANY_QUESTION = "Examiner._second = lambda self, value, *_: float(value) if self.T is None else np.asarray(value)"

WALLS: dict[str, dict[str, Change]] = {
    # of the system, by the names of `confine.walls` where there is one
    "seccomp": {"grader/sandbox/confine.py": "seccomp.available = lambda: False", "grader/sandbox/worker.py": UNSEEN},
    "Landlock": {"grader/sandbox/confine.py": "landlock_abi = lambda: 0", "grader/sandbox/worker.py": UNSEEN},
    "a user id of its own": {
        "grader/sandbox/confine.py": "_as_a_user = confine\nconfine = lambda uid: _as_a_user(None)"
    },
    "no capabilities": {"grader/sandbox/confine.py": "_drop_capabilities = lambda: None"},
    "resource limits": {"grader/sandbox/confine.py": "_set_limits = lambda own_uid: None"},
    "hard limits": {
        "grader/sandbox/confine.py": ("setrlimit(which, (value, value))", "setrlimit(which, (value, most))")
    },
    "descriptors are closed": {"grader/sandbox/worker.py": "_only_keep = lambda *socks: None"},
    "a clean environment": {
        "grader/sandbox/zygote.py": ('"PATH": "/usr/bin:/bin"', '**os.environ, "PATH": "/usr/bin:/bin"')
    },
    "the library's folders": {"grader/sandbox/library.py": "_is_ours = lambda *_: True"},
    # of the processes
    "another process": {"grader/marking/mark.py": IN_PROCESS},
    "a worker for each check": {"grader/student/session.py": ONE_WORKER, "grader/marking/mark.py": END_OF_ONE_WORKER},
    "a deadline": {"grader/student/budget.py": NO_DEADLINE},
    "arguments are copies": {"grader/sandbox/worker.py": GIVEN_AWAY},
    # of the wire
    "the wire's caps": {"grader/sandbox/wire.py": UNCAPPED},
    "the wire's forms": {"grader/sandbox/wire.py": TRUSTING},
    "no pickle": {"grader/sandbox/wire.py": PICKLE, "grader/sandbox/worker.py": PACKS_ALL},
    # of what is asked, answered and told
    "only questions that were offered": {"grader/student/session.py": ANSWERS_ALL},
    "questions of known forms": {"grader/transcript/examiner.py": ANY_QUESTION},
    "model calls are counted": {
        "grader/transcript/examiner.py": ("if len(self.calls) >= self.limit:", "if False:"),
        "checks/transcript.py": "called_in_order = lambda *_: None",
    },
    "the model's own transcript": {"checks/loss.py": UNASKED},
    "helpers are asked about one state": {
        "grader/student/stand_ins.py": ("if len(shapes) > 1 or not flat:", "if False:")
    },
    "the form of an answer": {"checks/judge.py": CARELESS},
    "everyday messages only": {"grader/reasons.py": QUOTED},
    "known descriptions only": {"grader/transcript/examiner.py": DESCRIBED},
}
EVERY_PART = ("ENOUGH = any", "ENOUGH = all")  # of an attack must succeed, where one is enough with the walls up


def take_down(walls: Iterable[str], autograder: Path, run: int) -> None:
    """Take down these walls in a copy of the grader, and hold its attacks to all of their parts.

    run: the number of what they may go for, since that of others is not theirs to reach.
    Raises ValueError where the grader has no such text, or none of the names that are put in its place.
    """
    changes: list[tuple[str, Change]] = [("corpus/spoils.py", EVERY_PART)]
    changes += [("corpus/spoils.py", ("RUNS = range(8)", f"RUNS = ({run},)"))]
    changes += [change for wall in walls for change in WALLS[wall].items()]
    for name, change in changes:
        text = (autograder / name).read_text()
        if isinstance(change, str):
            what, there, changed = change, bool(_set(change) & _set(text)), f"{text}\n{change}\n"
        else:
            what, there, changed = change[0], change[0] in text, text.replace(*change)
        if not there:
            raise ValueError(f"walls_down.py takes down {what!r}, which {name} does not have")
        (autograder / name).write_text(changed)


def _set(code: str) -> set[str]:
    """The names that a module has: those that it sets, or something of."""
    found = set()
    for statement in ast.parse(code).body:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {each.asname or each.name for each in names}
            case ast.Assign(targets=targets):
                found |= {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return found
