"""Moderation in the administration: the site's own rules, the queue, the log, reports. Deciding is in ``services``."""

from . import flags, log, rules

__all__ = ["flags", "log", "rules"]
