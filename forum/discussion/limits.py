"""How often somebody may write here, and ask for mail. Counting is in ``forum.accounts.limits``.

A class of thirty behind one address, a reader who answers ten old questions on one evening, a writer who pauses after every word:
none of them meets a limit. Whoever does keeps the text.
"""

from datetime import timedelta

from forum.accounts.limits import DAY, HOUR, By, Limit

POSTING = (
    Limit("post", 30, HOUR, By.PERSON),
    Limit("post", 100, DAY, By.PERSON),
    Limit("post", 200, HOUR, By.ADDRESS),
    Limit("post", 600, DAY, By.ADDRESS),
)
# Previews and drafts; a script saves after five quiet seconds. Who is nobody yet gets a row of their own with the first.
KEEPING = (Limit("keep", 1500, HOUR, By.PERSON), Limit("keep", 300, HOUR, By.NEWCOMER))
# Changing a text, taking it back and returning it: each leaves a line in a log that only grows.
CHANGING = (Limit("change", 120, HOUR, By.PERSON),)
# Mail with the way back. An address gets one a day; this is for whoever types the addresses of many.
ASKING_FOR_MAIL = (Limit("mail", 30, HOUR, By.ADDRESS), Limit("mail", 100, DAY, By.ADDRESS))


def most_posts(by: By, within: timedelta) -> int:
    """Return how many posts can come within any hour, or any day: it may touch two of the windows in which they are counted."""
    return 2 * next(limit.count for limit in POSTING if limit.by == by and limit.per == within)
