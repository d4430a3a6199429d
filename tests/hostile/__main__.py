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
        ours = harness.run(chosen, assignment)
        problems += ours.problems
        theirs = _stock(chosen, assignment)
        for case in chosen:
            totals.add(ours.outcomes[case.name], theirs.get(case.name))
            told = _ours(ours.outcomes[case.name]), _theirs(case, theirs.get(case.name))
            rows.append([case.name, case.title, *told])
    headers = ["case", "tries", "ours", "stock"]
    print(tabulate(sorted(rows), headers, maxcolwidths=[None, 50, 40, 40]))
    print(*problems, sep="\n", end="\n" * bool(problems))
    print(totals)
    return int(bool(problems) or totals.ours_wrong > 0)


def _stock(cases: tuple[Case, ...], assignment: str) -> dict[str, Stock]:
    """Return what stock nbgrader makes of the cases; it has no channel to attack."""
    chosen = tuple(case for case in cases if not case.name.startswith("channel/"))
    done = tqdm(stock.run(chosen, assignment), f"stock {assignment}", len(chosen))
    return {case.name: theirs for case, theirs in done}


class _Totals:
    """The last lines of the table."""

    def __init__(self) -> None:
        self.ours = self.ours_wrong = self.ours_open = 0
        self.stock = self.cheats = self.harmed = self.stopped = 0
        self.points = self.ours_points = 0.0

    def add(self, ours: harness.Outcome, theirs: Stock | None) -> None:
        """Count a case."""
        self.ours += 1
        self.ours_wrong += bool(ours.problems) and not ours.case.open
        self.ours_open += bool(ours.case.open)
        self.ours_points += sum(p for name, p in ours.points.items() if name not in ours.case.earns)
        if theirs is not None:
            undue = theirs.undeserved(ours.case)
            self.stock += 1
            self.points += undue
            self.cheats += undue > 0
            self.harmed += bool(theirs.harm)
            self.stopped += theirs.stopped

    def __str__(self) -> str:
        return (
            f"ours: {self.ours} attacks, {self.ours_points:g} undeserved points; "
            f"{self.ours_wrong} not as they must be, and {self.ours_open} known not to be\n"
            f"stock nbgrader: {self.stock} attacks, {self.points:g} undeserved points in "
            f"{self.cheats}; harm to files, secrets or processes in {self.harmed}; "
            f"the neighbour's score is wrong or missing in {self.stopped}"
        )


def _ours(outcome: harness.Outcome) -> str:
    earned = f"{sum(outcome.points.values()):g} points, as due"
    known = "known: " if outcome.case.open else ""
    return known + "; ".join(outcome.problems) if outcome.problems else earned


def _theirs(case: Case, theirs: Stock | None) -> str:
    if theirs is None:
        return "has no channel"
    undue = theirs.undeserved(case)
    told = [f"{undue:g} undeserved points"] if undue else []
    told += ["the neighbour's score is wrong"] if theirs.stopped else []
    return "; ".join([*told, *theirs.harm]) or "no harm"


if __name__ == "__main__":
    sys.exit(main())
