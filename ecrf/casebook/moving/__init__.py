"""Moves what was entered into the wrong visit or the wrong patient to the right one, in one act."""

from ecrf.casebook.moving.act import Moved, move
from ecrf.casebook.moving.destination import Destination, NotMoved
from ecrf.casebook.striking.moved_away import MOVED

__all__ = ["MOVED", "Destination", "Moved", "NotMoved", "move"]
