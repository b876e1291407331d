"""Nothing moves on the pages (docs/accessibility.md): who gets ill from motion has no setting to look for."""

import re
from pathlib import Path

from ecrf.demo import ROOT

MOVES = re.compile(
    r"(?<![\w-])(?:transition|animation)(?:-\w+)?:\s*([^;}]+)|scroll-behavior:\s*(smooth)|@keyframes (\w+)"
)
STILL = "appear"
"""Only shows what was hidden, after a while."""


def moving(text: str) -> list[str]:
    found = ["".join(parts).strip() for parts in MOVES.findall(text)]
    return [what for what in found if what != "none" and not re.search(rf"\b{STILL}\b", what)]


def styles() -> list[Path]:
    return [*(ROOT / "static/css").glob("*.css"), *(ROOT / "trial/static").rglob("*.css")]


def test_motion_is_found():
    assert moving("a { transition: left 1s } @keyframes slide { from { left: 0 } }") == ["left 1s", "slide"]
    assert moving(":root { scroll-behavior: smooth; animation-name: slide }") == ["smooth", "slide"]
    assert moving("a { transition: none; animation: appear 0s 1s both }") == []


def test_our_styles_move_nothing():
    assert len(styles()) > 20
    found = {path.name: moving(path.read_text(encoding="utf-8")) for path in styles()}
    assert not any(found.values()), found


def test_what_appears_only_becomes_visible():
    for path in styles():
        for frames in re.findall(rf"@keyframes {STILL} \{{(.+)\}}", path.read_text(encoding="utf-8")):
            assert set(re.findall(r"([\w-]+):", frames)) == {"visibility"}, path.name
