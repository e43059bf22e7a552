"""What readers, writers and moderators feel, measured: ``python -m bench``. Nothing here runs on a site."""
