"""The API's words for what went wrong: those of every HTTP face of ours, under the name its routers know them by."""

from contactor.web.problem import MEDIA_TYPE, Flaw, Problem, ProblemBody, missing, shown

__all__ = ["MEDIA_TYPE", "Flaw", "Problem", "ProblemBody", "missing", "shown"]
