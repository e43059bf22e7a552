"""Moderation in the administration: the site's own rules, the queue and the log. Deciding is in ``services``."""

from . import log, rules

__all__ = ["log", "rules"]
