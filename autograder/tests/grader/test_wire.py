"""The wire: what it carries comes out as it went in, and whatever else arrives is refused in an orderly way."""

import json
import pickle
import socket
import struct
import time
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.sandbox import wire
from grader.sandbox.wire import Callback, Channel, Closed, Other, ProtocolError, Seed, TooLarge, WireError

fuzz = settings(derandomize=True, database=None, deadline=None, max_examples=300)
PAST, SOON = -1.0, time.monotonic() + 86_400  # deadlines: the second only keeps a broken channel from hanging


@pytest.fixture
def pair():
    """Two ends of a channel."""
    ours, theirs = (Channel(sock) for sock in socket.socketpair())
    yield ours, theirs
    ours.close()
    theirs.close()


def parts(frame: bytes) -> tuple[bytes, bytes]:
    """The header and the payload of a frame."""
    header, payload = wire.LENGTHS.unpack_from(frame)
    assert len(frame) == 8 + header + payload
    return frame[8 : 8 + header], frame[8 + header :]


def across(body):
    return wire.decode(*parts(wire.encode(body)))


def header(body=None, arrays=()) -> bytes:
    return json.dumps({"body": body, "arrays": list(arrays)}).encode()


ONE_ARRAY = {"@": "array", "index": 0}


@pytest.mark.parametrize("dtype", wire.DTYPES)
@pytest.mark.parametrize(
    "make",
    [
        lambda a: a,
        lambda a: a[:1, :1, 0].reshape(()),
        lambda a: a[:, :0],
        lambda a: a[::2, ::-1],
        lambda a: a.transpose(2, 0, 1),
        lambda a: np.broadcast_to(a[0, 0], (2, 3, 4)),
    ],
    ids=["plain", "0-d", "empty", "strided", "transposed", "expanded"],
)
def test_arrays_cross_bit_by_bit(dtype, make):
    array = make((np.arange(24).reshape(2, 3, 4) % 7 - 2).astype(dtype))
    got = across(array)
    assert (got.dtype, got.shape) == (array.dtype, array.shape)
    assert got.tobytes() == array.tobytes()


def test_nan_and_infinity_cross_in_arrays_and_alone():
    array = np.array([np.nan, -np.inf, -0.0, 5e-324])
    assert across(array).tobytes() == array.tobytes()
    nan, *others = across([np.nan, np.inf, -np.inf, 0.1])
    assert np.isnan(nan) and type(nan) is float and others == [np.inf, -np.inf, 0.1]


@pytest.mark.parametrize("marker", [Callback(("x_t", "t")), Callback(("x",), True), Seed(7), Other("a thing")])
def test_markers_cross(marker):
    assert across([marker, {"inside": marker}]) == [marker, {"inside": marker}]


def test_nested_values_cross_with_their_arrays_in_order():
    body = {"a": [np.arange(3), {"b": (np.float32(2), None, True)}], "c": [[], {}, "ᾱ_t", -(2**62), 2.5]}
    got = across(body)
    assert got["a"][0].tolist() == [0, 1, 2]
    scalar, *rest = got["a"][1]["b"]  # a tuple arrives as a list
    assert (scalar.dtype, scalar.shape, rest) == (np.float32, (), [None, True])
    assert got["c"] == body["c"]


def test_a_huge_integer_crosses_as_a_description_only():
    assert across([2**63 - 1, 2**63, -(10**400)]) == [2**63 - 1, *[Other("a huge integer")] * 2]


@pytest.mark.parametrize(
    "value",
    [np.array([object()]), np.zeros(2, ">f8"), np.float16(1), np.zeros(1, "U3"), 1j, {1, 2}, b"bytes", object()],
    ids=lambda value: type(value).__name__,
)
def test_what_the_wire_does_not_carry_is_refused_by_the_sender(value):
    with pytest.raises(TypeError, match="does not carry"):
        wire.encode([value])


REFUSED = {
    "a pickle": (pickle.dumps({"body": 1, "arrays": []}), b""),
    "no header": (b"", b""),
    "a list": (b"[]", b""),
    "deep JSON": (b'{"arrays": [], "body": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", b""),
    "NaN": (b'{"body": NaN, "arrays": []}', b""),
    "-Infinity": (b'{"body": [-Infinity], "arrays": []}', b""),
    "UTF-16": (header().decode().encode("utf-16"), b""),
    "half a character": (header("x").replace(b"x", b"\xed\xa0\x80"), b""),
    "an integer of 5000 digits": (header().replace(b"null", b"9" * 5000), b""),
    "dtype object": (header(ONE_ARRAY, [["object", [1]]]), b"x" * 8),
    "dtype of text": (header(ONE_ARRAY, [["U2", [1]]]), b"x" * 8),
    "dtype of another byte order": (header(ONE_ARRAY, [[">f8", [1]]]), b"x" * 8),
    "dtype by structure": (header(ONE_ARRAY, [[[["f", "O"]], [1]]]), b"x" * 8),
    "a negative shape": (header(ONE_ARRAY, [["float64", [-1]]]), b"x" * 8),
    "a shape of bools": (header(ONE_ARRAY, [["float64", [True]]]), b"x" * 8),
    "nine dimensions": (header(ONE_ARRAY, [["float64", [1] * 9]]), b"x" * 8),
    "an overflowing shape": (header(ONE_ARRAY, [["bool", [1 << 26] * 8]]), b""),
    "an overflowing empty shape": (header(ONE_ARRAY, [["bool", [0, *[1 << 26] * 7]]]), b""),
    "too few bytes": (header(ONE_ARRAY, [["float64", [2]]]), b"x" * 15),
    "too many bytes": (header(ONE_ARRAY, [["float64", [2]]]), b"x" * 17),
    "an index out of range": (header({"@": "array", "index": 1}, [["bool", [1]]]), b"x"),
    "an index from the end": (header({"@": "array", "index": -1}, [["bool", [1]]]), b"x"),
    "an index that is true": (header({"@": "array", "index": True}, [["bool", [1]]] * 2), b"xx"),
    "an unknown marker": (header({"@": "Popen", "args": ["ls"]}), b""),
    "a marker with other fields": (header({"@": "Seed", "uid": 0}), b""),
    "a float that is a word": (header({"@": "float", "value": "nought"}), b""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_frame_that_encode_cannot_have_made_is_refused(name):
    with pytest.raises(ProtocolError):
        wire.decode(*REFUSED[name])


@pytest.mark.parametrize("body", [{"@": "float", "value": 10**400}, 10**400, [2**63], {"a": -(2**63)}])
def test_huge_integers_are_refused(body):
    with pytest.raises(ProtocolError):
        wire.decode(header(body), b"")


def test_caps_hold_on_both_sides():
    with pytest.raises(TooLarge):
        wire.encode(np.zeros(wire.MAX_PAYLOAD + 1, bool))
    with pytest.raises(TooLarge):
        wire.encode("x" * wire.MAX_HEADER)
    for lengths in ((wire.MAX_HEADER + 1, 0), (2, wire.MAX_PAYLOAD + 1), (2**32 - 1, 2**32 - 1)):
        ours, theirs = socket.socketpair()
        theirs.sendall(struct.pack(">II", *lengths))
        theirs.close()  # so that a channel without caps does not wait for what never comes
        with pytest.raises(TooLarge):
            Channel(ours).receive()
        ours.close()


keys = st.sampled_from(["@", "index", "value", "seed", "parameters", "description", "scale", "body"]) | st.text()
words = st.sampled_from(["array", "float", "nan", *wire.MARKERS, *wire.DTYPES]) | st.text()
leaves = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | words
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
rows = st.tuples(st.sampled_from(wire.DTYPES) | leaves, st.lists(st.integers(-2, 9), max_size=9) | leaves) | trees
headers = st.builds(lambda body, arrays: header(body, arrays), trees, st.lists(rows, max_size=3))


def plain(value) -> bool:
    """Whether a value is one that the wire may hand on."""
    if isinstance(value, list):
        return all(map(plain, value))
    if isinstance(value, dict):
        return all(type(key) is str and plain(item) for key, item in value.items())
    if isinstance(value, np.ndarray):
        return type(value) is np.ndarray and str(value.dtype) in wire.DTYPES
    return value is None or type(value) in (bool, int, float, str, *wire.MARKERS.values())


@fuzz
@given(st.binary() | headers, st.binary(max_size=80))
@example(header({"@": "Seed", "seed": [1]}), b"")
def test_no_bytes_do_more_than_break_the_protocol(head, payload):
    try:
        assert plain(wire.decode(head, payload))
    except ProtocolError:
        pass


FRAME = wire.encode({"returned": [np.arange(6.0).reshape(2, 3), np.arange(3), 0.5], "changed": ["0"], "graph": None})


@fuzz
@given(st.lists(st.tuples(st.integers(0, len(FRAME) - 1), st.integers(0, 255)), min_size=1, max_size=4), st.data())
def test_no_change_to_a_valid_frame_does_more_than_break_the_protocol(changes, data):
    frame = bytearray(FRAME)
    for place, byte in changes:
        frame[place] = byte
    frame = frame[: data.draw(st.integers(len(FRAME) // 2, len(FRAME)))]
    ours, theirs = (Channel(sock) for sock in socket.socketpair())
    theirs.sock.sendall(frame)
    theirs.close()
    try:
        assert plain(ours.receive(SOON))
    except WireError:
        pass
    finally:
        ours.close()


def test_a_frame_may_arrive_in_pieces_and_another_may_follow(pair):
    ours, theirs = pair
    theirs.send({"a": np.arange(5)})
    theirs.send("next")
    dripping = Channel(SimpleNamespace(recv=lambda most: ours.sock.recv(min(most, 3))))
    assert dripping.receive()["a"].tolist() == [0, 1, 2, 3, 4]
    assert dripping.receive() == "next"


@pytest.mark.parametrize("sent", [0, 3, 8, 20, len(FRAME) - 1])
def test_the_end_of_the_stream_is_told_apart(pair, sent):
    ours, theirs = pair
    theirs.sock.sendall(FRAME[:sent])
    theirs.close()
    for use in (lambda: ours.receive(SOON), lambda: ours.send("anybody there?", SOON)):
        with pytest.raises(Closed):
            use()


def test_a_reset_connection_is_closed(pair):
    ours, theirs = pair
    ours.send("never read")
    theirs.close()
    with pytest.raises(Closed):
        ours.receive()


def test_a_deadline_that_is_past_is_kept_even_where_a_frame_waits(pair):
    ours, theirs = pair
    theirs.send("waiting")
    for use in (lambda: ours.receive(PAST), lambda: ours.send("too late", PAST)):
        with pytest.raises(TimeoutError):
            use()
    assert ours.receive(SOON) == "waiting"
    with pytest.raises(BlockingIOError):  # nothing was sent too late
        theirs.sock.recv(1, socket.MSG_DONTWAIT)
