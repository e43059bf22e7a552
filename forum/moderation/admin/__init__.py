"""Moderation in the administration: the site's own rules, the queue, the log, reports, sanctions. Deciding is in ``services``."""

from . import flags, log, rules, sanctions

__all__ = ["flags", "log", "rules", "sanctions"]
