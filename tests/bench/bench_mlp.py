"""How fast is the homework's numpy network? An epoch on MNIST, four ways, in one run.

    python -m tests.bench.bench_mlp

Ours is the solution in the notebook's answer cells: minibatches, loss, gradients and momentum.
Against it, with the same sizes, batches, float32, learning rate and number of threads:
- PyTorch on the CPU as one would write it for speed: all data in one tensor, batches by indexing,
  no DataLoader, not compiled; with its default and its fused optimizer, the faster one counts;
- scikit-learn's MLPClassifier, an epoch by `partial_fit`, no penalty, no early stopping;
- the floor: nothing but the matrix products of forward and backward, into ready memory.
All sides run in turn in each repetition; a ratio is the median over the repetitions. Figures are
recorded for the homework on one thread, and only printed for anything else.
"""

import argparse
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import torch
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_info, threadpool_limits

from course.data import Dataset, load_mnist
from tests.bench.results import print_table, record

NOTEBOOK = Path(__file__).resolve().parents[2] / "assignments" / "hw1" / "numpy_nn.ipynb"
NOT_NEEDED = {"overfit", "mnist"}  # answers that train, rather than define how to
SIZES = (784, 256, 128, 10)
BATCH, LR, MOMENTUM = 128, 0.05, 0.9
WARM_UP, REPETITIONS = 2, 21
GOALS = {"mlp_vs_torch": (">=", 1.5), "mlp_vs_sklearn": (">=", 1.5), "mlp_vs_floor": ("<=", 1.6)}

OURS, SKLEARN, FLOOR = "ours (numpy)", "scikit-learn", "floor (products)"
TORCH, TORCH_FUSED = "PyTorch", "PyTorch, fused"

# One side: call it to run an epoch; and how well it has learned by now.
Side = tuple[Callable[[], object], Callable[[], float]]


def main() -> None:
    """Measure, print, and record the three ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--threads", type=int, default=1, help="of every side")
    parser.add_argument("--notebook", type=Path, default=NOTEBOOK)
    arguments = parser.parse_args()
    if not arguments.notebook.is_file():
        parser.error(f"no notebook {arguments.notebook}")

    torch.set_num_threads(arguments.threads)
    with threadpool_limits(arguments.threads):
        data = load_mnist(dtype=np.float32)
        sides = all_sides(load_solution(arguments.notebook), data)
        seconds = measure(sides, arguments.repetitions)
        figures = ratios(seconds)
        show(sides, seconds, figures, len(data.x_train))
    if arguments.notebook == NOTEBOOK and arguments.threads == 1:
        record(figures)


def all_sides(solution: SimpleNamespace, data: Dataset) -> dict[str, Side]:
    """What is measured, by name."""
    start = solution.NeuralNetwork(SIZES, activation="relu", seed=0).params
    return {
        OURS: ours(solution, data),
        TORCH: pytorch(start, data, fused=False),
        TORCH_FUSED: pytorch(start, data, fused=True),
        SKLEARN: scikit_learn(data),
        FLOOR: floor(len(data.x_train)),
    }


def ratios(seconds: dict[str, np.ndarray]) -> dict[str, float]:
    """The figures to record: medians of ratios within a repetition."""
    torch_name = min(TORCH, TORCH_FUSED, key=lambda name: float(np.median(seconds[name])))
    return {
        "mlp_vs_torch": float(np.median(seconds[torch_name] / seconds[OURS])),
        "mlp_vs_sklearn": float(np.median(seconds[SKLEARN] / seconds[OURS])),
        "mlp_vs_floor": float(np.median(seconds[OURS] / seconds[FLOOR])),
    }


def load_solution(notebook: Path) -> SimpleNamespace:
    """Run the answer cells of the notebook, in order, in a namespace that holds only numpy."""
    namespace: dict[str, object] = {"np": np, "__name__": "solution"}
    for cell in nbformat.read(notebook, as_version=4).cells:
        grader = cell.metadata.get("nbgrader", {})
        is_answer = cell.cell_type == "code" and grader.get("solution")
        if is_answer and grader["grade_id"] not in NOT_NEEDED:
            exec(compile(cell.source, f"<{grader['grade_id']}>", "exec"), namespace)
    return SimpleNamespace(**namespace)


def ours(solution: SimpleNamespace, data: Dataset) -> Side:
    """The homework's network and momentum, cast to float32."""
    net = solution.NeuralNetwork(SIZES, activation="relu", seed=0)
    for name, values in net.params.items():
        net.params[name] = values.astype(np.float32)
    state: dict[str, object] = {}
    rng = np.random.default_rng(0)

    def epoch() -> None:
        for x, y in solution.iterate_minibatches(data.x_train, data.y_train, BATCH, rng):
            _, grads = net.loss(x, y)
            solution.momentum_step(net.params, grads, state, LR, beta=MOMENTUM)

    _, grads = net.loss(data.x_train[:BATCH], data.y_train[:BATCH])
    upcast = [name for name, grad in grads.items() if grad.dtype != np.float32]
    if upcast:
        raise SystemExit(f"not a fair measurement: float32 became float64 in {', '.join(upcast)}")
    return epoch, lambda: float(np.mean(net.predict(data.x_test) == data.y_test))


def pytorch(start: dict[str, np.ndarray], data: Dataset, fused: bool) -> Side:
    """The same network from the same weights, in PyTorch."""
    layers: list[torch.nn.Module] = []
    for number, (fan_in, fan_out) in enumerate(itertools.pairwise(SIZES), start=1):
        layer = torch.nn.Linear(fan_in, fan_out)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(start[f"W{number}"].T))
            layer.bias.copy_(torch.from_numpy(start[f"b{number}"].reshape(-1)))
        layers += [layer, torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(net.parameters(), lr=LR, momentum=MOMENTUM, fused=fused or None)
    x_train, y_train = torch.from_numpy(data.x_train), torch.from_numpy(data.y_train)

    def epoch() -> None:
        for batch in torch.randperm(len(x_train)).split(BATCH):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(net(x_train[batch]), y_train[batch])
            loss.backward()
            optimizer.step()

    def accuracy() -> float:
        with torch.no_grad():
            guess = net(torch.from_numpy(data.x_test)).argmax(dim=1).numpy()
        return float(np.mean(guess == data.y_test))

    return epoch, accuracy


def scikit_learn(data: Dataset) -> Side:
    """The same sizes and step in scikit-learn; its own initial weights."""
    net = MLPClassifier(
        hidden_layer_sizes=SIZES[1:-1],
        solver="sgd",
        alpha=0.0,
        batch_size=BATCH,
        learning_rate_init=LR,
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        random_state=0,
    )
    classes = np.arange(data.num_classes)

    def epoch() -> None:
        net.partial_fit(data.x_train, data.y_train, classes=classes)

    return epoch, lambda: float(net.score(data.x_test, data.y_test))


def floor(examples: int) -> Side:
    """The matrix products of an epoch, without which no network of these sizes can do."""
    rng = np.random.default_rng(0)

    def block(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    weights = [block(*shape) for shape in itertools.pairwise(SIZES)]
    weight_grads = [np.empty_like(weight) for weight in weights]
    sizes = [min(BATCH, examples - first) for first in range(0, examples, BATCH)]
    values = {size: [block(size, width) for width in SIZES] for size in set(sizes)}
    grads = {size: [block(size, width) for width in SIZES] for size in set(sizes)}

    def epoch() -> None:
        for size in sizes:
            value, grad = values[size], grads[size]
            for layer, weight in enumerate(weights):
                np.dot(value[layer], weight, out=value[layer + 1])
            for layer in reversed(range(len(weights))):
                np.dot(value[layer].T, grad[layer + 1], out=weight_grads[layer])
                if layer > 0:  # nobody asks for the gradient of the data
                    np.dot(grad[layer + 1], weights[layer].T, out=grad[layer])

    return epoch, lambda: float("nan")


def measure(sides: dict[str, Side], repetitions: int) -> dict[str, np.ndarray]:
    """Seconds of each epoch, by side; in each repetition another side goes first."""
    names = list(sides)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for repetition in range(WARM_UP + repetitions):
        first = repetition % len(names)
        for name in names[first:] + names[:first]:
            begin = time.perf_counter()
            sides[name][0]()
            seconds[name].append(time.perf_counter() - begin)
    return {name: np.array(times[WARM_UP:]) for name, times in seconds.items()}


def show(
    sides: dict[str, Side],
    seconds: dict[str, np.ndarray],
    figures: dict[str, float],
    examples: int,
) -> None:
    """Print what was measured, and whether the goals are met."""
    threads = {info["num_threads"] for info in threadpool_info()} | {torch.get_num_threads()}
    network = "-".join(map(str, SIZES))
    print(f"One epoch on {examples} MNIST digits, {network}, batch {BATCH}, momentum, float32,")
    print(f"threads on all sides: {', '.join(map(str, sorted(threads)))}\n")
    rows = []
    for name, times in seconds.items():
        low, middle, high = 1e3 * np.quantile(times, [0.25, 0.5, 0.75])
        accuracy = sides[name][1]()
        learned = "" if np.isnan(accuracy) else f"{accuracy:.3f}"
        rows.append((name, f"{middle:.1f}", f"{low:.1f} - {high:.1f}", learned))
    print_table(("", "median ms", "quartiles", f"accuracy after {WARM_UP + len(times)}"), rows)
    print()
    for key, (sign, goal) in GOALS.items():
        met = figures[key] >= goal if sign == ">=" else figures[key] <= goal
        print(f"{key:15} {figures[key]:5.2f}  (goal {sign} {goal}{'' if met else ', MISSED'})")


if __name__ == "__main__":
    main()
