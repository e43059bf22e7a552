"""Views by task: ``pages`` shows conversations, ``forms`` takes what people write; ``members`` is about people, ``giving`` about
whose a comment is.
"""
