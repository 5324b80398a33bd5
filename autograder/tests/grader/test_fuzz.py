"""Whatever bytes a worker sends, the grader reads an answer or a reason why the student loses, and never fails itself.

For a long run: `pytest autograder/tests/test_fuzz.py --hypothesis-profile=long --hypothesis-show-statistics`.
"""

import copy
import json
import socket
import struct
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, event, example, given
from hypothesis import strategies as st
from test_wire import SOON, header, plain

from checks import judge, loss, noise
from grader.outcomes import Loses
from grader.overlay import Submission
from grader.sandbox import wire
from grader.sandbox.wire import Channel, ProtocolError, WireError
from grader.student.session import Session
from grader.student.stand_ins import MAY_CALL
from grader.tasks import BY_FUNCTION
from grader.transcript.examiner import Examiner, model_of_a_loss
from oracle import frechet

X, T = np.arange(8.0).reshape(4, 2) / 8, np.array([1, 2, 3, 4])
HELPERS = sorted({helper for helpers in MAY_CALL.values() for helper in helpers})
of_a_call = lambda reply: {"replies": [reply]}  # noqa: E731
RIGHT = {"returned": X, "changed": [], "carries_graph": True}
REPLIES = [
    of_a_call(RIGHT),
    of_a_call(RIGHT | {"returned": [X, np.float64(0.5), 0.0], "changed": ["0", "x_t"]}),
    of_a_call(RIGHT | {"returned": np.float64(0.5), "gradients": [X, None, X[:1]]}),
    of_a_call({"raised": {"type": "ValueError", "message": "math domain error", "place": ["sampler.py", 2]}}),
    of_a_call({"raised": {"type": "NotImplementedError", "message": "TODO 1.1: q_sample", "place": None}}),
    {"replies": [RIGHT, RIGHT]},
    {"raised": {"type": "ImportError", "message": "no module named x", "place": ["sampler.py", 1]}},
    {"ask": "callback", "args": [X, T]},
    {"ask": "callback", "args": [X, 3]},
    {"ask": "callback", "args": [X, np.float64(0.5)]},
    {"ask": "langevin_step", "args": [[X, X, 0.1, X], {}]},
    {"ask": "ddim_step", "args": [[X, X, np.full(4, 0.5), 0.7, 1.0], {"z": X}]},
    {"ask": "ddim_coefficients", "args": [[0.5, np.float64(0.7)], {"sigma_t": 0.1}]},
    {"ask": "ddpm_posterior", "args": [[X, X, 0.5], {"alpha_bar_prev": 0.7}]},
    {"flooded": True},
]
NUMBERS = [
    0,
    -1,
    1,
    2,
    3,
    7,
    2**31,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    2**63,
    10**400,
    0.5,
    -0.0,
    1e100,
    1e308,
    5e-324,
    True,
]
WORDS = [*wire.DTYPES, *wire.MARKERS, *HELPERS, "@", "array", "float", "nan", "inf", "-1e999", "object", ">f8", "O", ""]
WORDS += ["\ud800", "\udfff\ud800", "\0", "ᾱ" * 40, "x" * 3000, "sampler.py", "callback", "NotImplementedError", "a b"]
POINTERS = [{"@": "array", "index": i} for i in (0, 1, 2, -1, True)] + [{"@": "float", "value": v} for v in ("nan", [])]
MARKERS = [
    {"@": "Other", "description": "a huge integer"},
    {"@": "Seed", "seed": 1},
    {"@": "Callback", "parameters": [1], "gradients": True},
]
SHAPES = [[0], [4, 2], [2, 4], [8], [1] * 9, [1 << 26] * 8, [0, *[1 << 26] * 7], [1 << 26, 0], [-1], [True]]
leaves = st.sampled_from([None, *NUMBERS, *WORDS, *POINTERS, *MARKERS, *SHAPES]) | st.text(max_size=9) | st.integers()
hostile = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(leaves.map(str), inner, max_size=4),
    max_leaves=8,
)
ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32-be"]


def places(tree) -> list:
    """Every place in a tree of JSON: what it is in, and its key there."""
    inside = list(tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else [])
    return [(tree, key) for key, _ in inside] + [place for _, item in inside for place in places(item)]


@st.composite
def frames(draw) -> bytes:
    """A frame that was right before something was done to its tree, its text, its payload or its lengths."""
    whole = wire.encode(draw(st.sampled_from(REPLIES)))
    length, _ = wire.LENGTHS.unpack_from(whole)
    tree, payload = json.loads(whole[8 : 8 + length]), whole[8 + length :]
    for _ in range(draw(st.integers(0, 3))):
        parent, key = draw(st.sampled_from(places(tree)))
        match draw(st.sampled_from(["replace", "replace", "wrap", "remove", "swap", "copy"])):
            case "replace":
                parent[key] = copy.deepcopy(draw(hostile))
            case "wrap":
                parent[key] = [copy.deepcopy(parent[key]) for _ in range(draw(st.integers(0, 3)))]
            case "remove":
                del parent[key]
            case "swap":
                other, place = draw(st.sampled_from(places(tree)))
                parent[key], other[place] = copy.deepcopy([other[place], parent[key]])
            case "copy" if isinstance(parent, dict):
                parent[draw(leaves.map(str))] = copy.deepcopy(parent[key])
        assume(places(tree))
    text = json.dumps(tree, ensure_ascii=draw(st.booleans()))
    for _ in range(draw(st.integers(0, 2))):
        old, new = draw(st.sampled_from(TEXTS))
        text = text.replace(old, new, draw(st.integers(1, 3)))
    head = text.encode(draw(st.sampled_from(ENCODINGS)), draw(st.sampled_from(["surrogatepass", "replace"])))
    for place, byte in draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=3)):
        payload = payload[:place] + bytes([byte]) * bool(payload) + payload[place + 1 :]
    lengths = [len(head), len(payload)]
    if draw(st.integers(0, 9)) == 9:
        lengths[draw(st.integers(0, 1))] = draw(st.sampled_from([0, 1, 100, wire.MAX_HEADER + 1, 2**26 + 1, 2**32 - 1]))
    return wire.LENGTHS.pack(*lengths) + head + payload


TEXTS = [
    ("0", "9" * 5000),
    ("1", "1e999999"),
    ("1", "NaN"),
    ("null", "-Infinity"),
    ('"@": "array"', '"@": "array", "@": "Other"'),
    ('"index": 0', '"index": 0, "index": 1'),
    ("[", "[" * 900),
    ("[]", "[" * 400 + "]" * 400),
    ("{", '{"a": ' * 300 + "{"),
    ('"', '"\\ud800'),
    ('"', ""),
    ("}", "} "),
    (", ", ",\0"),
]


@given(frames() | st.binary(max_size=200) | st.binary(max_size=80).map(lambda tail: struct.pack(">II", 20, 30) + tail))
def test_no_bytes_do_more_than_break_the_wire(sent):
    ours, theirs = (Channel(sock) for sock in socket.socketpair())
    theirs.sock.sendall(sent)
    theirs.close()
    try:
        assert plain(ours.receive(SOON))
        event("received")
    except WireError as refused:
        event(type(refused).__name__)
    finally:
        ours.close()


class Zygote(SimpleNamespace):
    """In the zygote's place: it has no worker, and any that is to be ended has ended with exit code 3."""

    reap = staticmethod(lambda pid, patience: (3, True))


SOURCE = b"import torch\nclass Mine(Exception): pass\nraise Mine\n"


def read(sent: bytes, nowhere, function: str, examiner: Examiner | None) -> object:
    """What a call returns whose worker has sent these bytes and then ended; raises its `Loses`."""
    ours, theirs = socket.socketpair()
    session = Session(Zygote(), Submission({name: SOURCE for name in ("sampler.py", "score.py")}))
    student = session.student([*HELPERS, "langevin_sample"])
    process, student.caller.imported = student.caller.process, {"sampler.py", "score.py"}
    process.folder, process.running, process.pid, process.channel = nowhere, True, 0, Channel(ours)
    theirs.sendall(sent)
    theirs.shutdown(socket.SHUT_WR)
    try:
        return student(function, X, *([examiner] if examiner else []))
    finally:
        theirs.close()
        student.close()


def examiners() -> list[Examiner | None]:
    """One for each kind of model: a noise predictor, a score with a noise level, a plain score; and none."""
    twice = {"model": lambda x, *t: 2 * x, "shape": X.shape, "limit": 3}
    predictor = Examiner(**twice, T=10)
    return [predictor, Examiner(**twice, parameters=("x", "sigma")), Examiner(**twice, parameters=("x",)), None]


def asked_thrice() -> loss.Case:
    """A call of a loss that has asked its model, as the reply with gradients has it."""
    examiner = model_of_a_loss(X.shape, 10)
    for count in (4, 4, 1):
        examiner.answer([X[:count], T[:count]])
    return loss.Case(examiner, X, T, X, 0.5, X, X)


LOOKS = [
    lambda returned: judge.numbers(returned.value, X.shape, "x_t"),
    lambda returned: judge.close(returned.value, np.float64(0.5), "The loss"),
    lambda returned: [judge.numbers(part, (), "a") for part in judge.pair_of(returned.value, "mean, variance")],
    lambda returned: judge.zero(returned.value),
    lambda returned: judge.kept(returned, X, returned.value, "x_t"),
    lambda returned: judge.close(loss._gradient(returned, asked_thrice())[0], X, "The gradient"),
    lambda returned: noise.standard_normal(judge.numbers(returned.value, X.shape, "x"), [X], [], "In step 1"),
    lambda returned: frechet.fid(judge.numbers(returned.value, X.shape, "x_0"), np.zeros(2), np.eye(2)),
]


@pytest.mark.filterwarnings("error::RuntimeWarning")
@given(frames(), st.sampled_from(sorted(BY_FUNCTION)), st.integers(0, 3), st.sampled_from(LOOKS))
@example(wire.encode({"ask": "callback", "args": [X, np.array([True] * 4)]}), "ddim_sample", 0, LOOKS[0])
@example(wire.encode({"ask": "callback", "args": [X, True]}), "ddim_sample", 0, LOOKS[0])
@example(wire.encode(of_a_call({"raised": {"type": "\ud800", "message": "\ud800"}})), "q_sample", 3, LOOKS[0])
@example(wire.encode(of_a_call(RIGHT | {"returned": 1e300 * X})), "q_sample", 3, LOOKS[-1])
def test_no_reply_does_more_than_lose(tmp_path_factory, sent, function, which, look):
    nowhere = tmp_path_factory.getbasetemp() / "nowhere"
    try:
        look(read(sent, nowhere, function, examiners()[which]))
        event("passed")
    except Loses as reason:
        event(reason.outcome)
        reason.sentence.encode()
        assert reason.sentence and len(reason.sentence) < 1000


# What the fuzzers and their reader found


def test_an_array_is_used_once(nowhere):
    """Else 300 bytes could stand for a list of a hundred times 64 MiB, which a stand-in would make into an array."""
    twice = [{"@": "array", "index": 0}] * 2
    with pytest.raises(ProtocolError, match="index"):
        wire.decode(header(twice, [["float64", [1]]]), bytes(8))


@pytest.mark.parametrize(
    "marker",
    [
        {"@": "Other", "description": [["x"]]},
        {"@": "Other", "description": {"a": 1}},
        {"@": "Seed", "seed": True},
        {"@": "Seed", "seed": 2**70},
        {"@": "Callback", "parameters": "ab", "gradients": True},
        {"@": "Callback", "parameters": [1], "gradients": True},
        {"@": "Callback", "parameters": ["x"], "gradients": 1},
    ],
)
def test_a_marker_is_made_of_what_it_declares(marker):
    with pytest.raises(ProtocolError):
        wire.decode(header(marker), b"")


@pytest.mark.parametrize("changed", [[["x"]], [X], [{"a": []}], [1], {"0": 1}])
def test_a_changed_argument_is_a_name(changed, nowhere):
    """Else the grader would write out whatever was sent, as text and past any deadline."""
    with pytest.raises(Loses, match="not an answer"):
        read(wire.encode(of_a_call(RIGHT | {"changed": changed})), nowhere, "q_sample", None)


@pytest.mark.parametrize("gradients", [0.0, "x", {"a": X}, [1.0], [[X]], [None, "x"]])
def test_gradients_are_arrays_or_none(gradients, nowhere):
    with pytest.raises(Loses, match="not an answer"):
        read(wire.encode(of_a_call(RIGHT | {"gradients": gradients})), nowhere, "q_sample", None)


@pytest.mark.parametrize("report", [{"type": X, "message": [X]}, {"type": ["a"], "message": None}, [X], None])
def test_a_report_that_is_no_text_is_an_exception_of_no_name(report, nowhere):
    with pytest.raises(Loses, match=r"^q_sample raised an exception\.$"):
        read(wire.encode(of_a_call({"raised": report})), nowhere, "q_sample", None)


@pytest.fixture
def nowhere(tmp_path):
    return tmp_path / "nowhere"
