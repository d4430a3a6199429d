import json
import struct
import sys
import time
import tracemalloc
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.errors import ChannelError
from autograder.judge import codec
from autograder.judge.agent import Kernel
from autograder.judge.peer import Peer
from tests.fuzz.frames import Wire, frame, receive

COMMON = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
NUMPY = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
TORCH = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32"]
TORCH += ["float64", "complex64", "complex128"]
Point = namedtuple("Point", "x y")

TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)
INTEGERS = st.integers() | st.integers(-9, 9).map(lambda number: number * 10**5000)
FIXED = st.none() | st.booleans() | INTEGERS | TEXTS | st.binary(max_size=5)
RANGES = st.builds(range, st.integers(), st.integers(), st.integers(1, 9))
DTYPES = st.tuples(st.sampled_from("<>"), st.sampled_from(NUMPY)).map("".join).map(np.dtype)
SCALARS = DTYPES.flatmap(hnp.from_dtype).filter(lambda one: isinstance(one, np.generic))
ATOMS = st.one_of(
    *(FIXED, st.floats(), st.complex_numbers(), RANGES, SCALARS, st.just(...)),
    st.slices(9),
    st.sampled_from(NUMPY).map(np.dtype),
    st.sampled_from(TORCH).map(lambda name: getattr(torch, name)),
)
SHAPES = hnp.array_shapes(min_dims=0, min_side=0, max_side=3)
PLAIN_ARRAYS = hnp.arrays(DTYPES, SHAPES) | hnp.arrays(hnp.unicode_string_dtypes(max_len=3), SHAPES)
ARRAYS = PLAIN_ARRAYS.flatmap(
    lambda array: (
        st.sampled_from([array, array.T, np.asfortranarray(array), array[..., ::-1]])
        if array.ndim
        else st.just(array)
    )
)
TENSORS = st.builds(
    lambda array, name: torch.from_numpy(array).to(getattr(torch, name)),
    hnp.arrays(np.int64, SHAPES, elements=st.integers(-3, 3)),
    st.sampled_from(TORCH),
)
VALUES = st.recursive(
    ATOMS | ARRAYS | TENSORS | st.binary(max_size=5).map(bytearray) | st.sets(FIXED, max_size=3),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.builds(Point, inner, inner),
        st.dictionaries(FIXED | st.tuples(FIXED, FIXED), inner, max_size=3),
        st.frozensets(FIXED, max_size=3),
        st.lists(FIXED, max_size=3).map(Counter),
        inner.map(lambda one: [one, one]),
    ),
    max_leaves=8,
)


def cross(value):
    """Send a value over a channel of its own; return what arrives."""
    sent = []
    sender = Peer(Wire(b""), +1, Kernel())
    sender._sock.sendall = sent.append
    sender._send({"k": "ok"}, value)
    return Peer(Wire(b"".join(sent)), -1, Kernel())._receive()[2][0]


def assert_same(one, other, pairs=None):
    """Assert that two values are alike in type and every bit, and share what they share."""
    pairs = {} if pairs is None else pairs
    if id(one) in pairs:
        assert pairs[id(one)] is other
        return
    if isinstance(one, list | dict | set | bytearray | np.ndarray | torch.Tensor):
        pairs[id(one)] = other
    if isinstance(one, Point):
        assert (one._fields, isinstance(other, tuple)) == (other._fields, True)
    else:
        assert type(one) is type(other), (one, other)
    if isinstance(one, np.ndarray | np.generic):
        assert one.dtype.newbyteorder("<") == other.dtype
        assert one.shape == other.shape
        assert one.astype(other.dtype).tobytes() == other.tobytes()
    elif isinstance(one, torch.Tensor):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert torch.equal(one, other)
    elif isinstance(one, float):
        assert struct.pack("d", one) == struct.pack("d", other) or (one != one and other != other)
    elif isinstance(one, complex):
        assert_same((one.real, one.imag), (other.real, other.imag), pairs)
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right, pairs)
    elif isinstance(one, dict):
        for left, right in zip(one.items(), other.items(), strict=True):
            assert_same(left, right, pairs)
    elif isinstance(one, set | frozenset):
        assert {(type(item), item) for item in one} == {(type(item), item) for item in other}
    else:
        assert one == other


@COMMON
@given(VALUES)
@example(float("nan"))
@example(-0.0)
@example("\ud83d\ude00")
@example(np.array(["\ud83d\ude00", "a\0b"]))
@example(2**63)
@example(np.zeros((0, 3), ">f4"))
@example(torch.zeros(0, 3))
def test_every_value_that_may_cross_arrives_as_it_was(value):
    """Plain values, containers, arrays and tensors arrive bit by bit, of the same type."""
    assert_same(value, cross(value))


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        (defaultdict(int, a=1), {"a": 1}),
        (OrderedDict(a=1), {"a": 1}),
        ({"a": 1}.keys(), ["a"]),
        ({"a": 1}.values(), [1]),
        ({"a": 1}.items(), [("a", 1)]),
        (deque([1, 2]), [1, 2]),
        (torch.Size([2, 3]), (2, 3)),
        (np.str_("text"), np.str_("text")),
        (type("Text", (str,), {})("text"), "text"),
        (type("Whole", (int,), {})(3), 3),
        (np.arange(4).reshape(2, 2).view(np.matrix), np.array([[0, 1], [2, 3]])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_relatives_of_plain_types_arrive_as_what_they_are_made_of(value, becomes):
    """A subclass or a view of a plain type arrives as the plain type, so that none can lie."""
    assert_same(becomes, cross(value))


def test_a_value_may_hold_itself():
    """Cycles and shared parts arrive as cycles and shared parts."""
    value = [1, {}]
    value[1]["me"] = value
    arrived = cross((value, value))
    assert arrived[0] is arrived[1]
    assert arrived[0][1]["me"] is arrived[0]


def test_named_results_of_torch_keep_their_names():
    """`tensor.max(dim)` arrives with `.values` and `.indices`."""
    found = cross(torch.eye(2).max(1))
    assert found.values.tolist() == [1, 1]
    assert found.indices.tolist() == [0, 1]


@pytest.mark.parametrize("name", TORCH)
def test_tensors_of_each_type_cross(name):
    """Each type of tensor that may cross does, transposed and conjugated ones too."""
    tensor = torch.tensor([[1, 0], [2, 3]]).to(getattr(torch, name))
    for one in (tensor.T, tensor.conj(), tensor[1, 1], tensor[:0]):
        arrived = cross(one)
        assert arrived.dtype is one.dtype
        assert torch.equal(arrived, one.resolve_conj())


def test_a_tensor_may_lie_at_any_address_of_a_frame():
    """Buffers before a tensor, of any length, do not matter to it: it gets memory of its own."""
    tensor = torch.arange(64).to(torch.complex128)
    for length in range(17):
        assert torch.equal(cross((b"x" * length, tensor))[1], tensor)


def test_a_truth_value_is_0_or_1():
    """Whatever byte stands for True in an array, a scalar or a tensor, it becomes 1."""
    array, tensor = ["a", "|b1", [1], 0, True], ["T", "bool", [1], 0, False, False, None, None]
    for content in (array, tensor):
        (value,) = receive(frame({"a": [["m", -1]], "u": [[-1, content]]}, b"\x02"))
        assert bytes(np.asarray(value).view(np.uint8)) == b"\x01"
    assert receive(frame({"a": [["n", "|b1", 0]]}, b"\x02"))[0].tobytes() == b"\x01"


def test_a_leaf_crosses_with_its_gradient():
    """Parameters stay parameters, `requires_grad` and `.grad` arrive, sparse ones as dense."""
    weight = torch.nn.Parameter(torch.ones(3, 2))
    torch.nn.functional.embedding(torch.tensor([1, 1]), weight, sparse=True).sum().backward()
    arrived, frozen = cross((weight, torch.nn.Parameter(torch.ones(1), requires_grad=False)))
    assert type(arrived) is torch.nn.Parameter
    assert arrived.requires_grad
    assert arrived.grad.tolist() == [[0, 0], [2, 2], [0, 0]]
    assert type(frozen) is torch.nn.Parameter
    assert not frozen.requires_grad


# What an attacker may send

TAGS = ["m", "t", "nt", "fs", "n", "c", "i", "s", "y", "r", "sl", "...", "dt", "tdt", "h", "o", "g"]
KINDS = ["l", "d", "C", "s", "B", "a", "G", "TG", "R", "T", "U", "x"]
NAMES = st.sampled_from(["<f8", "|b1", "<U1", "|O", "<U0", "int8", "bfloat16", "float", "x", "_x"])
SMALL = st.none() | st.booleans() | st.integers(-14, 14) | NAMES
NUMBERS = SMALL | st.floats() | st.integers()
TREES = st.recursive(
    st.one_of(SMALL, st.floats(), st.integers(), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(lambda tag, parts: [tag, *parts], st.sampled_from(TAGS), st.lists(inner)),
        st.dictionaries(st.sampled_from(["n", "c", "m", "state", "inc"]), inner, max_size=2),
    ),
    max_leaves=5,
)
PARTS = st.lists(TREES, max_size=3)
PAIRS = st.lists(st.tuples(TREES, TREES).map(list), max_size=2)
CONTENTS = st.one_of(
    st.tuples(st.sampled_from(KINDS)).map(list).flatmap(lambda kind: PARTS.map(kind.__add__)),
    st.tuples(st.sampled_from("ls"), PARTS).map(list),
    st.tuples(st.sampled_from("dC"), PAIRS).map(list),
    st.tuples(
        st.sampled_from("aT"), NAMES, st.lists(st.integers(-1, 3), max_size=3), *[SMALL] * 5
    ).flatmap(lambda parts: st.sampled_from([list(parts), list(parts[:5])])),
)
MESSAGES = st.fixed_dictionaries(
    {"a": PARTS, "u": st.lists(st.tuples(st.integers(-3, 14), CONTENTS).map(list), max_size=2)},
    optional={"k": SMALL | st.sampled_from(["ok", "ask", "err", "end"]), "d": TREES, "h": TREES},
)


@COMMON
@given(st.binary(max_size=300))
@example(b"\0\0\0\2\0\0\0\0[]")
@example(b"\0\0\0\4\0\0\0\0\xff\xfe{}")
def test_any_bytes_are_refused_or_plain_data(data):
    """Whatever bytes come, the judge raises ChannelError or has data of exact plain types."""
    receive(data)
    receive(struct.pack(">II", len(data), 0) + data)


@settings(COMMON, max_examples=250)
@given(MESSAGES, st.binary(max_size=20))
def test_any_message_is_refused_or_plain_data(message, body):
    """Messages made of the channel's own tags change no kind, shape or type, and bring no other."""
    receive(frame(message, body))


@COMMON
@given(VALUES, st.data())
def test_a_message_with_a_wrong_bit_is_refused_or_plain_data(value, data):
    """A valid message of which some bytes were changed is refused, or still plain data."""
    sent = []
    sender = Peer(Wire(b""), -1, Kernel())
    sender._sock.sendall = sent.append
    sender._send({"k": "ok"}, value)
    mutated = bytearray(sent[0])
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(8, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    receive(bytes(mutated))


def test_an_object_that_the_judge_shares_can_be_filled():
    """The attacks above reach the code behind them: a proper message of this form is taken."""
    assert receive(frame({"a": [["m", 1]], "u": [[1, ["l", [5]]]]})) == [[5]]


def refused(message, body=b""):
    """Return whether the judge refuses a message."""
    return receive(frame({"a": [None], **message}, body)) is None


def nested(tag, depth):
    """Return a tree of that depth."""
    tree = None
    for _ in range(depth):
        tree = [tag, [tree]]
    return tree


@pytest.mark.parametrize(
    "message",
    [
        {"a": [nested("t", 101)]},
        {"a": [["sl", None, None]] * 2},
        {"a": [["nt", ["afi", "aﬁ"], [1, 2]]]},
        {"a": [["nt", ["_x"], [1]]]},
        {"a": [["nt", ["class"], [1]]]},
        {"a": [["nt", ["x", "x"], [1, 2]]]},
        {"a": [["g", "os", "system"]]},
        {"a": [["o", 5]]},
        {"a": [["m", 99]]},
        {"a": [["h", -1, {}]]},
        {"a": [["r", 0, 1, 0]]},
        {"a": [["r", ["h", 1, {}], 1, 1]]},
        {"a": [["i", "x"]]},
        {"a": [["fs", [["m", 1]]]]},
        {"u": [[20, ["l", []]]]},
        {"u": [[1, ["d", []]]]},
        {"u": [[-1, ["a", "|O", [1], 0, True]]]},
        {"u": [[-1, ["x"]]]},
        {"u": [[11, ["G", {"bit_generator": "PCG64", "state": "state"}]]]},
        {"u": [[12, ["R", 3, [0] * 625, []]]]},
        {"d": {}},
        {"h": ["x"]},
        {"k": "okay"},
    ],
    ids=str,
)
def test_what_breaks_the_rules_is_refused(message):
    """Depth, tags, names, numbers, kinds and types that the channel does not allow are refused."""
    assert refused(message)


def test_a_read_only_array_can_not_be_changed():
    """What a test made read-only stays as it is, whatever the kernel says."""
    data = np.array([7, 8, 9]).tobytes()
    header = {"k": "ok", "a": [None], "d": [], "h": []}
    update = [8, ["a", "<i8", [3], 0, True]]
    assert receive(_framed({**header, "u": [update]}, np.arange(3).tobytes())) == [None]
    assert receive(_framed({**header, "u": [update]}, data)) is None


def test_a_buffer_can_not_be_multiplied():
    """A message can't have one large buffer a thousand times."""
    assert receive(frame({"a": [["y", 0]]}, b"x")) == [b"x"]
    assert refused({"a": [["y", 0], ["y", 0]]}, b"x")
    array = ["a", "|u1", [1], 0, True]
    assert refused({"u": [[-1, array], [-2, array]]}, b"x")


def test_texts_hold_code_points():
    """An array of texts whose bytes are no text is refused."""
    bad = struct.pack("<I", sys.maxunicode + 1)
    header = {"k": "ok", "a": [None], "u": [[-1, ["a", "<U1", [1], 0, True]]], "d": [], "h": []}
    assert receive(_framed(header, bad)) is None
    assert receive(_framed(header, struct.pack("<I", sys.maxunicode))) == [None]


def test_a_generators_state_can_not_point_past_its_table():
    """A forged state of a torch.Generator can't make the judge read its own memory."""
    state = bytearray(torch.Generator().get_state().numpy().tobytes())
    header = {"k": "ok", "a": [None], "u": [[13, ["TG", 0]]], "d": [], "h": []}
    assert receive(_framed(header, bytes(state))) == [None]
    struct.pack_into("=i", state, 8, 624)
    struct.pack_into("=Q", state, 16, 624)
    assert receive(_framed(header, bytes(state))) is None
    assert receive(_framed(header, b"short")) is None


def _framed(message, buffer):
    return codec.write_frame(message, [buffer])


def test_a_lying_length_reserves_nothing():
    """A frame that says that it is huge, and is not, costs no memory."""
    data = struct.pack(">II", codec.MAX_HEADER, codec.MAX_BODY) + b"{}"
    tracemalloc.start()
    try:
        with pytest.raises(ChannelError):
            codec.receive_frame(Wire(data))
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_message_beyond_memory_is_refused(monkeypatch):
    """When a message does not fit in memory, that is the channel's own error."""
    monkeypatch.setattr(codec.json, "loads", lambda _: bytearray(1 << 62))
    with pytest.raises(ChannelError, match="more than memory holds"):
        codec.receive_frame(Wire(frame({})))


@pytest.mark.parametrize("size", [codec.MAX_HEADER + 1, 2**32 - 1])
def test_a_frame_beyond_the_limits_is_not_read(size):
    """A frame that says that it is larger than allowed is refused before it comes."""
    with pytest.raises(ChannelError, match="more than may be sent"):
        codec.receive_frame(Wire(struct.pack(">II", size, 0)))
    with pytest.raises(ChannelError, match="more than may be sent"):
        codec.receive_frame(Wire(struct.pack(">II", 0, max(size, codec.MAX_BODY + 1))))


def test_hostile_messages_end_soon(monkeypatch):
    """A message with too many values, or JSON nested without end, is refused in a second."""
    monkeypatch.setattr(codec, "MAX_ITEMS", 1000)
    begun = time.monotonic()
    assert refused({"a": [None] * 1001})
    assert refused({"u": [[1, ["l", [None] * 1001]]]})
    deep = b'{"a":' + b"[" * 100_000
    assert receive(struct.pack(">II", len(deep), 0) + deep) is None
    digits = json.dumps({"a": []}).encode()[:-2] + b"9" * 100_000 + b"]}"
    assert receive(struct.pack(">II", len(digits), 0) + digits) is None
    assert time.monotonic() - begun < 1
