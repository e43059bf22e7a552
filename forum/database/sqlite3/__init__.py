"""SQLite as Django knows it, with writers who stand in line (``base``)."""
