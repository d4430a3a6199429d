"""The same work gets the same verdicts, however it is graded; see also tests/test_cluster.py."""

from tests import determinism

SOME = ("set", "object", "exits", "empty")


def test_verdicts_do_not_depend_on_how_they_are_made():
    """One worker or two, in another order, warm or cold: verdicts and reasons are identical."""
    some = [job for job in determinism.jobs() if job.submission.student in SOME]
    warm = determinism.verdicts(determinism.grade_class(some, 2))
    assert warm == determinism.verdicts(determinism.grade_class(some[::-1], 1))
    assert warm == determinism.verdicts(determinism.cold(some))
    assert warm.keys() == set(SOME)
    assert len({tuple(found) for found in warm.values()}) == len(SOME)  # and they tell apart
