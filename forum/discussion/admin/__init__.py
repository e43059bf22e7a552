"""Conversations in the administration: comments, discussions, the log of decisions. What a decision does is in ``services``."""

from . import comments, decisions, discussions

__all__ = ["comments", "decisions", "discussions"]
