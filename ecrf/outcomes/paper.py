"""The report as a PDF: the same numbers and definitions, set by Typst. The same data and time give the same bytes."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.template.loader import render_to_string

from ecrf import __version__
from ecrf.forms.protocol import protocol
from ecrf.outcomes.drawing import drawing_of
from ecrf.outcomes.report import Report, ReportCell, ReportFlow, ReportPart, ReportPlot, ReportScope
from ecrf.prints.pdf.fonts import drawable, families, fonts

HERE = Path(__file__).parent
TITLE = "Outcomes"
MAIN_FONT = "Noto Sans JP"
"""The others draw what it lacks."""


def printed_report(report: Report, scope: ReportScope) -> bytes:
    """The file. What was entered goes in as data only: Typst prints it and never reads it as its own language."""
    data = _data(report, scope)
    try:
        return _compiled(_drawable(data, strictly=False), scope)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return _compiled(_drawable(data, strictly=True), scope)


def _compiled(data: Any, scope: ReportScope) -> bytes:
    return typst.compile(
        (HERE / "paper.typ").read_bytes(),
        format="pdf",
        sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
        font_paths=fonts(),
        pdf_standards="a-3u",
        timestamp=scope.at.replace(microsecond=0),
    )


def _drawable(data: Any, *, strictly: bool) -> Any:
    """The same data; of each text, what no font draws is spelled out."""
    if isinstance(data, str):
        return drawable(data, strictly=strictly)
    if isinstance(data, dict):
        return {name: _drawable(value, strictly=strictly) for name, value in data.items()}
    return [_drawable(one, strictly=strictly) for one in data] if isinstance(data, list | tuple) else data


def file_name(scope: ReportScope) -> str:
    """`outcomes-2026-11-27.pdf`, with the site and the data cut where it is of one."""
    site = f"-site-{scope.site.code}" if scope.site else ""
    cut = f"-{scope.cut.name}" if scope.cut else ""
    return f"outcomes{site}{cut}-{scope.at:%Y-%m-%d}.pdf"


def _data(report: Report, scope: ReportScope) -> dict[str, Any]:
    where = f"Site {scope.site.code}: {scope.site.name}" if scope.site else "All study sites"
    return {
        "title": TITLE,
        "fonts": [MAIN_FONT, *families()],
        "study": protocol().title,
        "where": where,
        "data": scope.data_words,
        "version": __version__,
        "synthetic": settings.SYNTHETIC_DATA or bool(scope.cut and scope.cut.is_synthetic),
        "sections": [
            {
                "title": section.title,
                "definitions": section.definitions,
                "parts": [_part(part) for part in section.parts],
            }
            for section in report.sections
        ],
    }


def _part(part: ReportPart) -> dict[str, Any]:
    if isinstance(part, ReportPlot):
        return _plot(part)
    if isinstance(part, ReportFlow):
        return _flow(part)
    return {
        "kind": part.kind,
        "title": part.title,
        "columns": part.columns,
        "groups": part.groups,
        "starts": sorted(part.starts),
        "rows": [[row.label, *_texts(row.cells)] for row in part.rows],
        "is_text": part.is_text,
        "note": part.note,
        "empty": part.empty,
    }


def _flow(part: ReportFlow) -> dict[str, Any]:
    boxes = [
        {
            "title": box.title,
            "count": box.count.text,
            "lines": [[words, cell.text] for words, cell in box.lines],
            "is_aside": box.is_aside,
        }
        for box in part.boxes
    ]
    return {"kind": part.kind, "title": part.title, "boxes": boxes}


def _plot(part: ReportPlot) -> dict[str, Any]:
    drawing = {"part": part, "drawing": drawing_of(part)}
    return {
        "kind": part.kind,
        "title": f"{part.title}, {part.unit}",
        "courses_title": "The patients’ values" if part.bands else "Each patient’s course",
        "courses_words": part.courses_words,
        "courses": _svg("outcomes/_courses.svg", drawing),
        "means": _svg("outcomes/_means.svg", drawing),
    }


def _svg(template: str, context: dict[str, Any]) -> str:
    """The drawing of the page, with the colours of paper inside it."""
    head, end, rest = render_to_string(template, context).partition(">")
    return f"{head}{end}<style>{_style()}</style>{rest}"


@cache
def _style() -> str:
    return (HERE / "paper.css").read_text(encoding="utf-8")


def _texts(cells: tuple[ReportCell, ...]) -> list[str]:
    return [cell.text for cell in cells]
