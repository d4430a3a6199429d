"""Verdicts -> a page for the student."""

from autograder.feedback.pages import write_pages

__all__ = ["write_pages"]
