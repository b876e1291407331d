"""Every module of `crfs/` is a case report form; this finds them all, so none needs naming here."""

from importlib import import_module
from pkgutil import iter_modules

from trial import crfs

# Rows of a form stand in the form's own module, so the order of the modules does not matter.
for module in iter_modules(crfs.__path__):
    import_module(f"{crfs.__name__}.{module.name}")
