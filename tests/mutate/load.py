"""pytest plugin: loads one module changed, for a change to what runs at its import. MUTANT: "path index"."""

import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

from tests.mutate.mutants import mutants

path, _, index = os.environ["MUTANT"].rpartition(" ")
NAME = ".".join(Path(path).with_suffix("").parts).removesuffix(".__init__")


class Changed(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        return mutants(Path(path).read_text(encoding="utf-8"))[int(index)].code(self.path)


class Finder:
    @staticmethod
    def find_spec(name: str, *_where: object) -> ModuleSpec | None:
        full = str(Path(path).resolve())
        return spec_from_file_location(name, full, loader=Changed(name, full)) if name == NAME else None


sys.meta_path.insert(0, Finder)
