"""Prepared HTML: blanks that nobody sees go, blanks between words stay, slots are filled in their places."""

import pytest

from ecrf.forms.skeleton import Skeleton, slot


@pytest.mark.parametrize(
    ("template", "prepared"),
    [
        ("<div>\n  <p>Dose</p>\n  <p>Lot</p>\n</div>\n", "<div><p>Dose</p><p>Lot</p></div>"),
        ('<div class="item"\n>\n  <label>Dose</label>', '<div class="item"><label>Dose</label>'),
        ("<p>\n  <b>Dose</b>\n  <i>kg</i>\n</p>", "<p><b>Dose</b>\n<i>kg</i></p>"),
        ("<div><textarea>\n\n</textarea></div>", "<div><textarea>\n</textarea></div>"),
        ("<link>\n<pre>a</pre>", "<link>\n<pre>a</pre>"),
    ],
)
def test_blanks_go_beside_blocks_and_stay_between_words(template, prepared):
    assert Skeleton.of(template).fill(None, {}, {}) == prepared


def test_slots_beside_blocks_are_filled():
    html = f"<tr{slot('hidden', 'dose')}>\n  <td>{slot('value', 'dose')}</td>\n</tr>"
    fillers = {"hidden": lambda item, _detail: " hidden", "value": lambda item, _detail: item}
    assert Skeleton.of(html).fill(None, {"dose": "5 kg"}, fillers) == "<tr hidden><td>5 kg</td></tr>"
