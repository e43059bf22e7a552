"""The checks of a new comment, one small class each, in the order of ``COMMENT_SCREENERS``: cheap and certain first.

Each takes a ``Submission`` and returns signals. None looks at spelling, capitals, punctuation, grammar or length.
"""
