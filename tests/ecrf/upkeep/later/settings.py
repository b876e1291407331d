"""The settings of that version: those of LATER_THAN, and its app."""

import os
from importlib import import_module

_before = import_module(os.environ["LATER_THAN"])
globals().update({name: value for name, value in vars(_before).items() if name.isupper()})
INSTALLED_APPS = ["tests.ecrf.upkeep.later", *_before.INSTALLED_APPS]
