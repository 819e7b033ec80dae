"""Numbers that are rounded to float32 after every operation: what a formula loses there sets the tolerance of its cases."""

import math
import struct


def round32(x):
    try:
        return struct.unpack('<f', struct.pack('<f', x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


class Single(float):
    """A float32. Other numbers that meet it are rounded first, as scalars are."""

    __slots__ = ()

    def __new__(cls, x):
        return float.__new__(cls, round32(float(x)))

    def __add__(self, other):
        return Single(float(self) + round32(float(other)))

    __radd__ = __add__

    def __sub__(self, other):
        return Single(float(self) - round32(float(other)))

    def __rsub__(self, other):
        return Single(round32(float(other)) - float(self))

    def __mul__(self, other):
        return Single(float(self) * round32(float(other)))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return Single(float(self) / round32(float(other)))

    def __rtruediv__(self, other):
        return Single(round32(float(other)) / float(self))

    def __neg__(self):
        return Single(-float(self))

    def __abs__(self):
        return Single(abs(float(self)))


def like(x, y):
    """y as a number of x's kind."""
    return Single(y) if isinstance(x, Single) else float(y)


def sqrt(x):
    return like(x, math.sqrt(float(x)))


def power(x, y):
    return like(x, float(x) ** y)


def sign(x):
    return like(x, (x > 0) - (x < 0))
