"""The students' library: data to learn from, figures, and a check of hand-written gradients.

The notebooks import its modules one by one: `course.data` and `course.gradcheck` need only
numpy, `course.plots` also matplotlib.
"""

__version__ = "0.1.0"
