"""Attacks on the grader, each with what must come of it. `python -m tests.hostile` prints all."""
