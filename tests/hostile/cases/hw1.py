# %% provided setup
import math

import numpy as np

A = np.array([[4.0, 3.0], [6.0, 3.0]])

# %% answer softmax
def softmax(scores):
    """Return exp(scores) over its sum, for one row; raise ValueError for an empty one."""
    ### BEGIN SOLUTION
    if not len(scores):
        raise ValueError("no scores")
    powers = np.exp(scores - np.max(scores))
    return powers / powers.sum()
    ### END SOLUTION

# %% test test-softmax 2
import pytest

out = softmax(np.array([0.0, 0.0]))
assert out.shape == (2,), "one number for each score"
np.testing.assert_allclose(out, [0.5, 0.5])
### BEGIN HIDDEN TESTS
scores = np.array([-31.40625, -30.40625])
np.testing.assert_allclose(softmax(scores), [0.2689414213699951, 0.7310585786300049])
with pytest.raises(ValueError):
    softmax(np.array([]))
### END HIDDEN TESTS

# %% answer loss
def mean_loss(chances):
    """Return the mean of -log(chances)."""
    ### BEGIN SOLUTION
    return float(-np.mean(np.log(chances)))
    ### END SOLUTION

# %% test test-loss 2
def check_loss(chances, want):
    got = mean_loss(chances)
    assert np.allclose(got, want), f"mean_loss({chances}) should be {want}, not {got}"

check_loss([0.5, 0.5], 0.6931471805599453)
### BEGIN HIDDEN TESTS
check_loss([0.0625, 0.8125], 1.490114043)
check_loss(np.array([0.8125, 0.0625]), 1.490114043)
### END HIDDEN TESTS

# %% answer tokens
def tokens(text):
    """Return the words of a text in lower case, without punctuation."""
    ### BEGIN SOLUTION
    return "".join(c if c.isalnum() or c == "-" else " " for c in text.lower()).split()
    ### END SOLUTION

# %% test test-tokens 3
points = 1.0 * (tokens("a B") == ["a", "b"])
### BEGIN HIDDEN TESTS
points += 2.0 * (tokens("Quokka,  Flumph-79!") == ["quokka", "flumph-79"])
### END HIDDEN TESTS
points

# %% answer vocabulary
class Vocabulary:
    """The different words of a list, sorted, in `words`; `+` joins two."""

    ### BEGIN SOLUTION
    def __init__(self, words):
        self.words = sorted(set(words))

    def __len__(self):
        return len(self.words)

    def __add__(self, other):
        return Vocabulary(self.words + other.words)

    def index(self, word):
        if word not in self.words:
            raise KeyError(word)
        return self.words.index(word)

    ### END SOLUTION

# %% test test-vocabulary 2
v = Vocabulary(["b", "a", "b"])
assert v.words == ["a", "b"], "sorted, each once"
assert len(v) == 2
assert v.index("b") == 1
### BEGIN HIDDEN TESTS
both = v + Vocabulary(["gryphon-77"])
assert both.words == ["a", "b", "gryphon-77"] and len(both) == 3
with pytest.raises(KeyError):
    both.index("wyvern-78"[:3])
### END HIDDEN TESTS

# %% answer pairs
def pairs(items, window):
    """Yield (centre, context) for each item and its neighbours up to `window` away, in order."""
    ### BEGIN SOLUTION
    for i, centre in enumerate(items):
        for j in range(max(0, i - window), min(len(items), i + window + 1)):
            if j != i:
                yield centre, items[j]
    ### END SOLUTION

# %% test test-pairs 2
assert list(pairs("abc", 1)) == [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]
### BEGIN HIDDEN TESTS
found = pairs([17.328125, 2, 3], 2)
assert next(found) == (17.328125, 2)
assert [context for _, context in found] == [3, 17.328125, 3, 17.328125, 2]
### END HIDDEN TESTS

# %% answer centre
def centre(x):
    """Take the mean of each column from it, in place."""
    ### BEGIN SOLUTION
    x -= x.mean(0)
    ### END SOLUTION

# %% test test-centre 2
x = np.array([[1.0, 2.0], [3.0, 6.0]])
assert centre(x) is None, "works in place"
assert np.allclose(x, [[-1, -2], [1, 2]])
### BEGIN HIDDEN TESTS
y = np.array([[-9.28125, 1.0], [2.0, 4.0], [3.0, 1.0]])
want = y - y.mean(0)
centre(y)
assert np.allclose(y, want), "any number of rows"
### END HIDDEN TESTS

# %% answer integrate
def integrate(f, a, b, n):
    """Return the integral of f from a to b by the midpoint rule with n points."""
    ### BEGIN SOLUTION
    h = (b - a) / n
    return h * sum(f(a + (i + 0.5) * h) for i in range(n))
    ### END SOLUTION

# %% test test-integrate 2
assert abs(integrate(lambda t: 2 * t, 0.0, 1.0, 10) - 1) < 1e-9, "of 2t from 0 to 1: 1"
### BEGIN HIDDEN TESTS
seen = []
tolerance = 0.003173828125

def wave(t):
    seen.append(t)
    return math.cos(0.71875 * t)

got = integrate(wave, 0.0, 2.0, 50)
assert len(seen) == 50, "f is called once a point"
assert abs(got - math.sin(2 * 0.71875) / 0.71875) < tolerance
### END HIDDEN TESTS

# %% answer factors
### BEGIN SOLUTION
L = np.array([[1.0, 0.0], [1.5, 1.0]])
U = np.array([[4.0, 3.0], [0.0, -1.5]])
### END SOLUTION

# %% test test-factors 2
assert np.allclose(L @ U, A), "L times U is A"
### BEGIN HIDDEN TESTS
assert L[0, 1] == 0 and U[1, 0] == 0, "L is lower, U upper triangular"
### END HIDDEN TESTS
