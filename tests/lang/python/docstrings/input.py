#!/usr/bin/env python3
# A comment before the module docstring.
'''Module doc.'''

class Documented:
    """Class doc.

    More.
    """

    attr = 1
    """Not a docstring of anything here, a plain string."""

    def method(self):
        # comment first
        r"""Raw doc \d."""
        "second string"

    def joined(self):
        "one " 'two'

    def formatted(self):
        f"not a docstring {self}"

    def bytes_(self):
        b"nor this"

    def used(self):
        "text".strip()


def no_doc():
    if True:
        "not a docstring: in a block"
