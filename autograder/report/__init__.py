"""Verdicts of a class -> a page for the instructor."""

from autograder.report.page import Report, gather, write_page
from autograder.report.questions import Question, questions

__all__ = ["Question", "Report", "gather", "questions", "write_page"]
