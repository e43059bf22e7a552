"""Conversations in the administration: comments, requests for them, discussions, the log. What follows is in ``services``."""

from . import claims, comments, decisions, discussions

__all__ = ["claims", "comments", "decisions", "discussions"]
