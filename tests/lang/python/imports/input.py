from __future__ import annotations
import os
import os.path as osp, sys
from . import sibling
from .. import up as renamed, over
from ..pkg.mod import (one,  # comment
                       two as deux,
                       three)
from everything import *
try:
    import fast
except ImportError:
    import slow as fast

def lazy():
    from a . b import c
    return os.path.join("os", c)
