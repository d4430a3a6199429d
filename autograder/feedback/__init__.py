"""Verdicts -> a page for the student."""

from autograder.feedback.pages import write_pages
from autograder.feedback.redact import RedactHiddenTests, redact

__all__ = ["RedactHiddenTests", "redact", "write_pages"]
