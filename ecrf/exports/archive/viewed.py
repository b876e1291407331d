"""What the viewer of an archive shows of a patient, as data: visits, forms with values, queries and signatures."""

from datetime import datetime
from typing import Any

from ecrf.casebook.models import Patient
from ecrf.formview.form_view import FormView, ItemView
from ecrf.prints.pages import printed_casebook
from ecrf.prints.pdf.casebook import casebook_content
from ecrf.prints.pdf.form_content import Known, answer_content


def viewed(patient: Patient, at: datetime) -> dict[str, Any]:
    """`table`, `row` and `item` are those of the trail's events: by them the viewer finds an item's history."""
    content = casebook_content(patient, made_at=at, compact=False, cut_words="")
    casebook, known = printed_casebook(patient, at.astimezone(patient.site.zone).date()), Known(patient)
    groups = [*casebook.form_groups, *casebook.struck_visits]
    said = [*content["groups"], *content["struck_visits"]]
    return {
        "number": patient.number,
        "site": content["site"],
        "state": content["struck"] or content["state"],
        "signed": content["signed"],
        "zone": content["zone"],
        "groups": [
            {
                "title": group.title,
                "state": words["state"],
                "signed": words["signed"],
                "forms": [
                    {**_form(form, known), "state": one["state"], "why": one["why"], "done": one["done"]}
                    for form, one in zip(group.form_views, words["forms"], strict=True)
                ],
            }
            for group, words in zip(groups, said, strict=True)
        ],
        "queries": content["queries"],
        "signatures": [one["text"] + ("" if one["stands"] else " (broken)") for one in content["signatures"]],
    }


def _form(form: FormView, known: Known) -> dict[str, Any]:
    """With the rows of its tables, each by its own title."""
    return {
        "title": form.title,
        "key": form.definition.key,
        "parts": [
            {
                "title": "" if row is form else row.title,
                "table": row.definition.model._meta.db_table,
                "row": row.entry_id,
                "items": [_item(view, known) for view in row.item_views.values()],
            }
            for row in form.with_rows
        ],
    }


def _item(view: ItemView, known: Known) -> dict[str, str]:
    answer = answer_content(view, known)
    return {
        "item": view.name,
        "label": str(view.label),
        "is": answer["is"],
        "text": answer["text"],
        "unit": view.item.unit if answer["is"] == "value" else "",
    }
