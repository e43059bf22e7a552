"""Processes that work for another one, and end with it. What a new process imports first: nothing here needs the apps."""

import os
from multiprocessing import parent_process
from threading import Thread


def end_with_parent() -> None:
    """Let this process leave when the one that started it was killed: nobody else tells a process that waits for work."""
    Thread(target=_wait_and_leave, daemon=True).start()


def _wait_and_leave() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
