"""How the site speaks to its database: statements put together once, many rows at once, what is added to Django's backends."""

BIGGEST_ID = 2**63 - 1  # that databases have
