"""How often a process looks for cycles of what nobody uses any more."""

import gc

AT_ONCE = 20_000
"""Things made, beyond those that are gone again, before it looks; Python's own is 700."""


def collect_seldom() -> None:
    """Look for cycles less often, and never in what is there now, which stays.

    With Python's own settings that is a fifth of what a delivery to a thousand streams takes, since each is woken by a task of
    its own, and two fifths of finding the ways of a campus, of which a plan says a hundred thousand things.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(AT_ONCE)


def begin_to_collect_seldom() -> None:
    """The same, once in a process: a second server in it, as tests start them, finds it done."""
    if gc.get_freeze_count() == 0:
        collect_seldom()
