"""Prints what comes of every attack, with ours and with stock nbgrader."""

import sys

from tabulate import tabulate
from tqdm import tqdm

from autograder.sandbox import missing
from tests.hostile import course, harness, stock
from tests.hostile.case import Case, read_cases
from tests.hostile.notebooks import forgeries
from tests.hostile.stock import Stock


def main() -> int:
    """Grade all cases twice; return 1 if one of ours is not as it must be."""
    if (why := missing()) is not None:
        sys.exit(why)
    cases = (*read_cases(), *forgeries())
    rows, problems, totals = [], [], _Totals()
    for assignment in course.NOTEBOOKS:
        chosen = tuple(case for case in cases if case.assignment == assignment)
        graded = harness.run(chosen, assignment)
        problems += graded.problems
        done = tqdm(stock.run(chosen, assignment), f"stock {assignment}", len(chosen))
        for case, theirs in done:
            ours = graded.outcomes[case.name]
            totals.add(ours, theirs)
            rows.append([case.name, case.title, _ours(ours), _theirs(case, theirs)])
    headers = ["case", "tries", "ours", "stock"]
    print(tabulate(sorted(rows), headers, maxcolwidths=[None, 50, 40, 40]))
    print(*problems, sep="\n", end="\n" * bool(problems))
    print(totals)
    return int(bool(problems) or totals.ours_wrong > 0)


class _Totals:
    """The last line of the table."""

    def __init__(self) -> None:
        self.cases = self.ours_wrong = self.stopped = self.harmed = self.cheats = 0
        self.points = self.ours_points = 0.0

    def add(self, ours: harness.Outcome, theirs: Stock) -> None:
        """Count a case."""
        undue = theirs.undeserved(ours.case)
        self.cases += 1
        self.ours_wrong += bool(ours.problems)
        self.ours_points += sum(p for name, p in ours.points.items() if name not in ours.case.earns)
        self.points += undue
        self.cheats += undue > 0
        self.stopped += theirs.stopped
        self.harmed += bool(theirs.harm)

    def __str__(self) -> str:
        return (
            f"{self.cases} attacks. Ours: {self.ours_points:g} undeserved points, "
            f"{self.ours_wrong} not as they must be. Stock nbgrader: {self.points:g} undeserved "
            f"points in {self.cheats} cases, {self.harmed} with harm to files or processes, "
            f"{self.stopped} that kept the neighbour from the right score."
        )


def _ours(outcome: harness.Outcome) -> str:
    earned = f"{sum(outcome.points.values()):g} points, as due"
    return "; ".join(outcome.problems) or earned


def _theirs(case: Case, theirs: Stock) -> str:
    undue = theirs.undeserved(case)
    told = [f"{undue:g} undeserved points"] if undue else []
    told += ["the neighbour lost points"] if theirs.stopped else []
    return "; ".join([*told, *theirs.harm]) or "no harm"


if __name__ == "__main__":
    sys.exit(main())
