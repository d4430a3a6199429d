"""torch across the channel: a tensor as bytes, and autograd through a call.

Threat: a "tensor" whose type, shape or gradient lies. Only plain dense tensors of the types that
`codec` lists are made here, from bytes; a gradient has the shape and type of its tensor.

torch is imported only when a tensor is at hand: numpy homeworks do not pay for it.
"""

import math
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from autograder.errors import ChannelError
from autograder.judge.codec import Reader, Tree, Writer, torch_type


def is_tensor(value: Any) -> bool:
    """Say whether this is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_shared(value: Any) -> bool:
    """Say whether this is a tensor whose numbers another one has too, such as its `.data`."""
    if not is_tensor(value):
        return False
    import torch

    own = 2  # the tensor itself, and what counts
    return bool(torch._C._storage_Use_Count(value.untyped_storage()._cdata) > own)


def tensor_bytes(tensor: Any) -> bytes:
    """Return a tensor's numbers in C order."""
    with suppress(TypeError, RuntimeError):  # most tensors are numpy's too, at a third of the time
        return bytes(tensor.detach().numpy().tobytes())
    import torch

    dense = tensor.detach().resolve_conj().resolve_neg()
    dense = dense.to_dense() if dense.layout != torch.strided else dense
    flat = dense.cpu().contiguous().reshape(-1)
    return bytes(flat.view(torch.uint8).numpy().tobytes()) if flat.numel() else b""


def snapshot(tensor: Any) -> tuple[Any, ...]:
    """Return what a change of the tensor, or of its gradient, would change."""
    grad = tensor.grad if tensor.is_leaf else None
    return (
        tensor_bytes(tensor),
        tuple(tensor.shape),
        tensor.requires_grad,
        None if grad is None else tensor_bytes(grad),
    )


def write(tensor: Any, writer: Writer, graph: Callable[[Any], Tree] | None) -> list[Tree]:
    """Return the content of a tensor; `graph` makes a handle on one that was computed."""
    import torch

    grad = tensor.grad if tensor.is_leaf else None
    kind = str(tensor.dtype).removeprefix("torch.")
    torch_type(kind)
    computed = tensor.requires_grad and not tensor.is_leaf
    return [
        "T",
        kind,
        list(tensor.shape),
        writer.buffer(tensor_bytes(tensor)),
        tensor.requires_grad,
        isinstance(tensor, torch.nn.Parameter),
        None if grad is None else writer.buffer(tensor_bytes(grad)),
        graph(tensor) if computed and graph else None,
    ]


def read(content: list[Tree], reader: Reader) -> tuple[Any, Any]:
    """Return the numbers and the gradient (or None) of a content, as new tensors."""
    _, kind, shape, number, needs_grad, _, grad, _ = content
    if type(needs_grad) is not bool:
        raise ChannelError("a tensor does not say whether it needs a gradient")
    data = _tensor(kind, shape, number, reader)
    if needs_grad and not (data.is_floating_point() or data.is_complex()):
        raise ChannelError("a tensor of integers can't need a gradient")
    return data, None if grad is None else _tensor(kind, shape, grad, reader)


def _tensor(kind: Tree, shape: Tree, number: Tree, reader: Reader) -> Any:
    import torch

    dtype, sizes, data = torch_type(kind), _sizes(shape), reader.buffer(number)
    if math.prod(sizes) * dtype.itemsize != len(data):
        raise ChannelError("a tensor's bytes do not fit its shape")
    tensor = torch.empty(sizes, dtype=dtype)  # torch crashes on numbers at odd addresses: copied
    into = tensor.reshape(-1).view(torch.uint8).numpy()
    found = np.frombuffer(data, np.uint8)
    into[:] = found != 0 if kind == "bool" else found  # any byte but 0 is True, and becomes 1
    return tensor


def make(content: list[Tree], reader: Reader) -> Any:
    """Return a tensor like one of the other side's that was not computed, a leaf."""
    import torch

    data, grad = read(content, reader)
    leaf = torch.nn.Parameter(data, content[4]) if content[5] is True else data
    leaf.requires_grad_(content[4]).grad = grad
    return leaf


def computed(
    content: list[Tree], reader: Reader, leaves: list[Any], backward: Callable[[Any], list[Any]]
) -> Any:
    """Return a tensor like one that the other side computed; `backward` goes on there."""
    data, _ = read(content, reader)
    return remote_function()(backward, data.requires_grad_(), *leaves)


def update(tensor: Any, data: Any, grad: Any, needs_grad: bool) -> None:
    """Give a mirrored tensor new numbers and a new gradient, in place."""
    if data.shape != tensor.shape or data.dtype != tensor.dtype:
        raise ChannelError("a tensor changed its shape or type")
    if tensor_bytes(tensor) != tensor_bytes(data):
        tensor.data.copy_(data)  # past autograd's eye, as optimisers and gradcheck write
    if tensor.is_leaf:
        tensor.requires_grad_(needs_grad)
        if grad is None or tensor.grad is None:
            tensor.grad = grad
        else:  # in place, as torch adds to it
            tensor.grad.data.copy_(grad)


def set_state(generator: Any, state: bytearray) -> None:
    """Give a mirrored torch.Generator a new state.

    torch checks how many numbers are left of its table of 624, and which comes next, each by
    itself: together they can point past the table, into the judge's own memory.
    """
    import torch

    left, following = _SPOT.unpack_from(state.ljust(_SPOT.size))
    if (left, following) != (1, 0) and left + following != _TABLE + 1:
        raise ChannelError("a generator has an impossible state")
    generator.set_state(torch.frombuffer(state, dtype=torch.uint8))


_SPOT = struct.Struct("=8xi4xQ")  # in the generator's state
_TABLE = 624


def backward(tensor: Any, grad: Any, leaves: list[Any]) -> list[Any]:
    """Run backward from a tensor of this side; return the gradients of known leaves.

    Other leaves get their `.grad` here, as by any `backward()`. That of the known ones is left as
    it was: the side that asked adds the returned gradients, and mirrors them.
    """
    import torch

    before = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = None
    try:
        torch.autograd.backward(tensor, grad, retain_graph=True)
        return [leaf.grad for leaf in leaves]
    finally:
        for leaf, old in zip(leaves, before, strict=True):
            leaf.grad = old


def remote_function() -> Callable[..., Any]:
    """Return the `apply` of an autograd function whose backward pass runs on the other side."""
    import torch

    global _remote
    if _remote is None:

        class Remote(torch.autograd.Function):
            """Forward: the numbers that came. Backward: a request."""

            @staticmethod
            def forward(ctx: Any, ask: Callable[[Any], list[Any]], data: Any, *leaves: Any) -> Any:
                ctx.ask, ctx.count = ask, len(leaves)
                return data.clone()

            @staticmethod
            def backward(ctx: Any, grad: Any) -> Any:
                return (None, None, *ctx.ask(grad))

        _remote = Remote.apply
    return _remote


_remote: Callable[..., Any] | None = None


def _sizes(shape: Tree) -> list[int]:
    if type(shape) is not list or len(shape) > 32:
        raise ChannelError("a tensor has no proper shape")
    if any(type(size) is not int or not 0 <= size < 1 << 40 for size in shape):
        raise ChannelError("a tensor has no proper shape")
    return shape
