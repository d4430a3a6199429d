"""How fast is the homework's word2vec? WordNet's definitions, against gensim, in one run.

    python -m tests.bench.bench_word2vec

All sides get the same words: 100 dimensions, five noise words, subsampling at 1e-4.
- The textbook: the solution's `train`, as the notebook uses it (window 4, Adagrad, two epochs).
- Tiles: the solution's `tile_update` in the notebook's `train_tiles` (window 8, four epochs), on
  one thread and on two.
- gensim's skip-gram with its own defaults (window 8, ten epochs), with one worker and with two.
Seconds are those of the training alone, with subsampling and noise, without reading and counting.
Quality is WordSim353 and the share of right answers to the family questions of gensim's
questions-words.txt; a word's vector is the one that it has as a center, on every side.
The figure is the time of the faster gensim over that of the faster tiles. It is recorded only
if these tiles are about as good as that gensim: no more than SLACK below it.
"""

import argparse
import ast
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import gensim
import nbformat
import numpy as np
import torch
from gensim.test.utils import datapath
from numpy.typing import NDArray

from course.data import load_word_similarities, load_wordnet_corpus
from tests.bench.results import print_table, record

NOTEBOOK = Path(__file__).resolve().parents[2] / "assignments" / "hw1" / "word2vec.ipynb"
PROVIDED = {"setup", "vocabulary-class", "train-tiles"}
NOT_NEEDED = {"grammar"}  # an answer that trains, rather than defines how to
MIN_COUNT, DIM, NEGATIVES, SAMPLE = 20, 100, 5, 1e-4
GOAL = 4.0
MOST_LINES = 80  # of tile_update and train_tiles together, without docstrings
SLACK = {"WordSim353": 0.01, "family": 0.08}  # of 72 questions: the standard error of a difference

Side = Callable[[int], NDArray[np.float32]]  # of a seed: trains, returns (V, DIM) vectors


def main() -> None:
    """Measure, print, and record the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="runs of each side")
    arguments = parser.parse_args()
    solution = load_solution(NOTEBOOK)
    text = [solution.tokenize(line) for line in load_wordnet_corpus()]
    vocabulary = solution.build_vocabulary(text, MIN_COUNT)
    corpus = solution.encode(text, vocabulary)
    sides = {
        "textbook": textbook(solution, corpus, vocabulary),
        "tiles, 1 thread": tiles(solution, corpus, vocabulary, threads=1),
        "tiles, 2 threads": tiles(solution, corpus, vocabulary, threads=2),
        "gensim, 1 worker": by_gensim(text, vocabulary, workers=1),
        "gensim, 2 workers": by_gensim(text, vocabulary, workers=2),
    }
    runs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in sides}
    for seed in range(arguments.seeds):
        for name, side in sides.items():
            began = time.perf_counter()
            vectors = side(seed)
            seconds = time.perf_counter() - began
            runs[name].append((seconds, *quality(solution, vocabulary, vectors)))
    show(runs, solution, vocabulary)


def load_solution(notebook: Path) -> SimpleNamespace:
    """Run the answer cells of the notebook and those that they build on."""
    namespace: dict[str, object] = {"__name__": "solution"}
    sources = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        grader = cell.metadata.get("nbgrader", {})
        is_answer = cell.cell_type == "code" and grader.get("solution")
        if cell.id in PROVIDED or (is_answer and cell.id not in NOT_NEEDED):
            exec(compile(cell.source, f"<{cell.id}>", "exec"), namespace)
            sources[cell.id] = cell.source
    lines = code_lines(sources["tile-update"]) + code_lines(sources["train-tiles"])
    return SimpleNamespace(**namespace, lines=lines)


def code_lines(source: str) -> int:
    """Count the lines of code: no blank ones, no comments, no docstring."""
    function = ast.parse(source).body[0]
    docstring = function.body[0]
    inside = range(docstring.lineno, docstring.end_lineno + 1)
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in inside
        for number, line in enumerate(source.splitlines(), start=1)
    )


def textbook(solution: SimpleNamespace, corpus: list, vocabulary: SimpleNamespace) -> Side:
    """Pairs in batches, autograd and Adagrad, on the default number of threads."""

    def run(seed: int) -> NDArray[np.float32]:
        rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        model = solution.SkipGram(len(vocabulary.counts), DIM)
        options = {"window": 4, "num_negatives": NEGATIVES, "batch_size": 4096}
        options |= {"threshold": SAMPLE, "rng": rng, "generator": generator}
        solution.train(
            model,
            lambda: solution.iterate_batches(corpus, vocabulary.counts, **options),
            epochs=2,
            lr=0.1,
        )
        return model.center.weight.detach().numpy()

    return run


def tiles(
    solution: SimpleNamespace, corpus: list, vocabulary: SimpleNamespace, threads: int
) -> Side:
    """Matrix products on chunks of the text."""
    tokens = np.concatenate(corpus)
    sentence_ids = np.repeat(np.arange(len(corpus)), [len(sentence) for sentence in corpus])

    def run(seed: int) -> NDArray[np.float32]:
        center, _ = solution.train_tiles(
            solution.tile_update,
            tokens,
            sentence_ids,
            lambda ids, rng: solution.subsample(ids, vocabulary.counts, SAMPLE, rng),
            solution.noise_distribution(vocabulary.counts),
            dim=DIM,
            threads=threads,
            seed=seed,
        )
        return center.numpy()

    return run


def by_gensim(text: list[list[str]], vocabulary: SimpleNamespace, workers: int) -> Side:
    """The C code of gensim, with the same vocabulary."""

    def run(seed: int) -> NDArray[np.float32]:
        model = gensim.models.Word2Vec(
            vector_size=DIM, window=8, sg=1, negative=NEGATIVES, sample=SAMPLE,
            min_count=MIN_COUNT, workers=workers, seed=seed + 1,
        )  # fmt: skip
        model.build_vocab(text)
        model.train(text, total_examples=len(text), epochs=10)
        ids = [model.wv.key_to_index[word] for word in vocabulary.id_to_word]
        return model.wv.vectors[ids]

    return run


def quality(
    solution: SimpleNamespace, vocabulary: SimpleNamespace, vectors: NDArray[np.float32]
) -> tuple[float, float]:
    """WordSim353, and the share of family questions that are right at the first place."""
    words = vocabulary.id_to_word
    asked = solution.WordVectors(words, vectors)
    questions = family_questions(set(words))
    right = [asked.analogy(a, b, c, topn=1)[0][0] == d for a, b, c, d in questions]
    rho = solution.word_similarity_correlation(words, vectors, load_word_similarities())
    return rho, statistics.fmean(right)


def family_questions(words: set[str]) -> list[list[str]]:
    """Read the section `family` of questions-words.txt, as far as all four words are known."""
    sections = Path(datapath("questions-words.txt")).read_text("utf-8").split(": ")
    (family,) = [section for section in sections if section.startswith("family\n")]
    questions = [line.lower().split() for line in family.splitlines()[1:]]
    return [question for question in questions if words.issuperset(question)]


def show(
    runs: dict[str, list[tuple[float, float, float]]],
    solution: SimpleNamespace,
    vocabulary: SimpleNamespace,
) -> None:
    """Print what was measured; record the ratio if the qualities bear comparison."""
    means = {
        name: tuple(map(statistics.fmean, zip(*rows, strict=True))) for name, rows in runs.items()
    }
    count = len(family_questions(set(vocabulary.id_to_word)))
    print(f"{vocabulary.counts.sum():,} tokens, {len(vocabulary.counts):,} words, {DIM} dimensions")
    header = ("", "seconds", "WordSim353", f"family ({count} questions)")
    print_table(
        header, [(name, f"{s:.1f}", f"{w:.3f}", f"{f:.2f}") for name, (s, w, f) in means.items()]
    )
    best, other = (
        min((name for name in means if name.startswith(kind)), key=lambda name: means[name][0])
        for kind in ("tiles", "gensim")
    )
    ratio = means[other][0] / means[best][0]
    gaps = zip(SLACK.items(), means[best][1:], means[other][1:], strict=True)
    as_good = all(ours >= theirs - slack for (_, slack), ours, theirs in gaps)
    missed = [] if as_good else ["the tiles are not as good as gensim"]
    missed += [] if ratio >= GOAL else ["not fast enough"]
    missed += [] if solution.lines <= MOST_LINES else ["too long"]
    print(f"\n{best} against {other}, in {solution.lines} lines (goal: at most {MOST_LINES})")
    print(f"word2vec_vs_gensim {ratio:.2f}  (goal >= {GOAL}; {', '.join(missed) or 'reached'})")
    if as_good:
        record({"word2vec_vs_gensim": ratio})


if __name__ == "__main__":
    main()
