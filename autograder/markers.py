"""The marks in an instructor's notebook, as nbgrader has them, and one of ours."""

HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
FIGURE_TAG = "figure"  # cells that only show something: not run when grading
