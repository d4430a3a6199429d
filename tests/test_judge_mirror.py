import json

import numpy as np
import pytest
import torch

from autograder.errors import ChannelError
from autograder.judge import mirror
from autograder.judge.codec import Reader, Writer
from autograder.judge.mirror import Mirrors


class End:
    """One end's mirrors, with what the codec needs to know of objects."""

    def __init__(self, sign):
        self.mirrors = Mirrors(sign, graph=lambda tensor: None, ask=lambda graph, leaves: None)
        self.reference, self.mirrored = self.mirrors.reference, self.mirrors.mirrored

    def handle(self, value):
        raise AssertionError(value)

    def tell(self, other):
        """Send what has changed to the other end; return the numbers of what was sent."""
        writer = Writer(self)
        updates = json.loads(json.dumps(self.mirrors.changes(writer)))
        other.hear(updates, writer.buffers)
        return [number for number, _ in updates]

    def hear(self, updates, buffers=()):
        self.mirrors.apply(updates, Reader([memoryview(bytearray(b)) for b in buffers], self))


@pytest.fixture
def ends():
    """The judge's end and the kernel's."""
    return End(+1), End(-1)


def test_only_what_changed_is_told(ends):
    """An object crosses once; after that a message carries what has changed, on either side."""
    ours, theirs = ends
    array, table = np.zeros(3), {"k": [1]}
    numbers = [ours.reference(array), ours.reference(table)]
    assert ours.tell(theirs) == [*numbers, 3]
    assert ours.tell(theirs) == theirs.tell(ours) == []
    array[1] = 5
    table["k"].append(2)
    assert ours.tell(theirs) == [1, 3]
    theirs.mirrored(1)[2] = 7
    assert theirs.tell(ours) == [1]
    assert array.tolist() == [0, 5, 7]
    assert ours.tell(theirs) == []


def test_each_end_numbers_its_own(ends):
    """The judge's objects have positive numbers, the kernel's negative: neither can take one."""
    ours, theirs = ends
    assert ours.reference([]) > 0 > theirs.reference([])
    with pytest.raises(ChannelError, match="never crossed"):
        ours.hear([[5, ["l", []]]])
    ours.hear([[-5, ["l", [1]]]])
    assert ours.mirrored(-5) == [1]


def test_what_nobody_holds_is_forgotten(ends):
    """An object that only the table holds is dropped; one in use, also by a view, is not."""
    ours, _ = ends
    kept, base, weight = [], np.zeros(4), torch.zeros(2)
    view, data = base[1:], weight.data
    for value in (kept, base, weight, [], np.zeros(2), torch.zeros(2)):
        ours.reference(value)
    del base, weight, value
    ours.mirrors.changes(Writer(ours))
    assert list(ours.mirrors.unused()) == [4, 5, 6]
    with pytest.raises(ChannelError):
        ours.mirrored(4)
    assert ours.mirrored(2) is view.base
    assert ours.mirrored(3).data_ptr() == data.data_ptr()


def test_an_object_that_was_dropped_is_a_new_one(ends):
    """A dropped object that crosses again gets a new number, and all of it is told."""
    ours, theirs = ends
    value = [1]
    first = ours.reference(value)
    ours.tell(theirs)
    ours.mirrors.drop(first)
    second = ours.reference(value)
    assert second != first
    assert ours.tell(theirs) == [second]


def test_an_array_of_another_form_is_refused(ends):
    """An update of another shape or type than the array has changes nothing."""
    ours, _ = ends
    array = np.zeros((2, 1), "f4")
    ours.reference(array)
    ours.mirrors.changes(Writer(ours))
    for kind, shape, size in (("<f4", [1, 2], 8), ("<i4", [2, 1], 8), ("<f8", [2, 1], 16)):
        with pytest.raises(ChannelError, match="changed its shape or type"):
            ours.hear([[1, ["a", kind, shape, 0, True]]], [b"x" * size])
    assert not array.any()


def test_a_tensor_of_another_form_is_refused(ends):
    """An update of another shape or type than the tensor, or its gradient, has is refused."""
    ours, _ = ends
    tensor = torch.zeros(2, requires_grad=True)
    ours.reference(tensor)
    ours.mirrors.changes(Writer(ours))
    whole = ["T", "float32", [2], 0, True, False, None, None]
    for place, other in ((1, "int32"), (2, [1, 2]), (4, 1), (6, 1)):
        content = [*whole[:place], other, *whole[place + 1 :]]
        with pytest.raises(ChannelError):
            ours.hear([[1, content]], [b"\0" * 8, b"\0" * 4])
    assert tensor.tolist() == [0, 0]
    assert tensor.grad is None


def test_the_number_of_objects_is_limited(ends, monkeypatch):
    """More objects than the limit are refused, whichever end sends them."""
    monkeypatch.setattr(mirror, "MAX_OBJECTS", 3)
    ours, _ = ends
    with pytest.raises(ChannelError, match="more than 3"):
        ours.hear([[-n, ["l", []]] for n in range(1, 5)])
    with pytest.raises(ChannelError, match="more than 3"):
        ours.reference([])


def test_after_a_test_all_is_forgotten(ends):
    """What crossed in one test is not there in the next."""
    ours, _ = ends
    number = ours.reference([])
    ours.mirrors.clear()
    assert ours.mirrors.changes(Writer(ours)) == []
    with pytest.raises(ChannelError):
        ours.mirrored(number)
