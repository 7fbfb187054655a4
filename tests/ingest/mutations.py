"""Damage done to files by dice: the same seed does the same damage.

Kinds: bytes changed, the end cut off, lines taken out, lines doubled, two values of one group code swapped, numbers made
absurd, a stretch moved elsewhere.
"""

from collections.abc import Callable
from random import Random

ABSURD = (b"1e308", b"-1e308", b"nan", b"inf", b"0", b"-1", b"999999999", b"1e-320", b"", b"A", b"\xff\xfe")

Damage = Callable[[bytes, Random], bytes]


def flip_bytes(data: bytes, dice: Random) -> bytes:
    """Up to 20 bytes changed."""
    mutable = bytearray(data)
    for _ in range(dice.randint(1, 20)):
        mutable[dice.randrange(len(mutable))] = dice.randrange(256)
    return bytes(mutable)


def cut_off(data: bytes, dice: Random) -> bytes:
    """The end missing."""
    return data[: dice.randrange(len(data))]


def delete_lines(data: bytes, dice: Random) -> bytes:
    """Up to 10 single lines, or one long stretch of lines, taken out: group codes and values change places after it."""
    lines = data.split(b"\n")
    if dice.random() < 0.5:
        start = dice.randrange(len(lines))
        del lines[start : start + dice.randint(2, 400)]
    else:
        for _ in range(dice.randint(1, 10)):
            del lines[dice.randrange(len(lines))]
    return b"\n".join(lines)


def double_lines(data: bytes, dice: Random) -> bytes:
    """A stretch of lines written twice: handles that are not unique, sections in sections."""
    lines = data.split(b"\n")
    start = dice.randrange(len(lines))
    stretch = lines[start : start + dice.randint(1, 2000)]
    return b"\n".join(lines[:start] + stretch + lines[start:])


def swap_tags(data: bytes, dice: Random) -> bytes:
    """Up to 30 pairs of lines change places."""
    lines = data.split(b"\n")
    for _ in range(dice.randint(1, 30)):
        one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def make_absurd(data: bytes, dice: Random) -> bytes:
    """Up to 40 lines replaced by values that nobody draws."""
    lines = data.split(b"\n")
    for _ in range(dice.randint(1, 40)):
        lines[dice.randrange(len(lines))] = dice.choice(ABSURD)
    return b"\n".join(lines)


def move_stretch(data: bytes, dice: Random) -> bytes:
    """A stretch of bytes cut out and put in elsewhere."""
    start = dice.randrange(len(data))
    end = min(len(data), start + dice.randint(10, 20_000))
    rest = data[:start] + data[end:]
    place = dice.randrange(len(rest) + 1)
    return rest[:place] + data[start:end] + rest[place:]


KINDS: tuple[Damage, ...] = (flip_bytes, cut_off, delete_lines, double_lines, swap_tags, make_absurd, move_stretch)


def damaged(data: bytes, seed: int) -> tuple[str, bytes]:
    """A file after damage, and the kind of damage.

    Args:
        data: Not empty.
        seed: Chooses the kind and where.
    """
    dice = Random(seed)
    kind = KINDS[seed % len(KINDS)]
    return kind.__name__, kind(data, dice)
