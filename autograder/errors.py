"""Every error that the autograder raises on purpose: one line, what, where, what to do."""

OK, ERROR, SOME_FAILED = 0, 2, 3  # what `autograder` exits with; 1 is what Python itself does


class AutograderError(Exception):
    """Base of all; `autograder` prints it in one line and exits with 2."""


class CourseError(AutograderError):
    """course.toml, or the course's folder, is not as it must be."""


class AssignmentError(AutograderError):
    """An instructor's notebook can't be released or graded as it is."""


class ReleaseError(AutograderError):
    """The release would tell students what they must not see."""


class SubmissionError(AutograderError):
    """A download or the folder of submissions can't be read at all."""


class KernelError(AutograderError):
    """A kernel to run a notebook in can't be started: the machine's fault, not the student's."""


class GradebookError(AutograderError):
    """The gradebook is missing, locked, or from another version of the assignment."""


class VariantError(AutograderError):
    """A file of example solutions is not in the form that `autograder check` reads."""


class ChannelError(AutograderError):
    """The channel to a student's kernel broke, or carried what may not be said on it."""


class WarmStartError(KernelError):
    """A program could not be forked into a sandbox; it can still be started cold."""


class ClusterError(AutograderError):
    """No scheduler is there, or a worker of the cluster can't be used."""
