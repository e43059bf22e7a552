"""PostgreSQL as Django knows it, with a pool that seldom asks whether its connections live (``base``)."""
