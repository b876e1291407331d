"""What stands in columns of its own number is never wider than the page that it stands on, down to 320 px."""

import re

import pytest

from tests.rules.test_repository import files, lines_with, name

TOO_WIDE = re.compile(r"repeat\(auto-fi(?:t|ll), minmax\((?!min\([^)]*%)[^,]*,")


@pytest.mark.parametrize(
    ("style", "is_found"),
    [
        ("grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr));", True),
        ("grid-template-columns: repeat(auto-fill, minmax(200px, 20rem));", True),
        ("grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr));", False),
        ("grid-template-columns: repeat(auto-fill, minmax(min(10rem, 44%), 1fr));", False),
        ("grid-template-columns: minmax(0, 1fr) 20rem;", False),
    ],
)
def test_columns_wider_than_the_page_are_found(style, is_found):
    assert bool(TOO_WIDE.search(style)) is is_found


def test_no_columns_are_wider_than_a_narrow_page():
    found = [
        f"{name(path)}:{line}"
        for path in files("static/css", "trial/static", "templates", ends=(".css", ".html"))
        for line in lines_with(TOO_WIDE, path.read_text(encoding="utf-8"))
    ]
    assert not found, f"Say minmax(min(100%, …), 1fr): {found}"
