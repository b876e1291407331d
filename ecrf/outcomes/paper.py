"""The report as a PDF: the same numbers and definitions, set by Typst. The same data and time give the same bytes."""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from ecrf.outcomes.drawing import drawing_of
from ecrf.outcomes.report import Report, ReportCell, ReportFlow, ReportPart, ReportPlot, ReportScope
from ecrf.prints.pdf.typesetting import SYNTHETIC, typeset
from ecrf.trail.download import csv_file

HERE = Path(__file__).parent
TITLE = "Outcomes"


def printed_report(report: Report, scope: ReportScope) -> bytes:
    """The file."""
    is_synthetic = settings.SYNTHETIC_DATA or bool(scope.cut and scope.cut.is_synthetic)
    data = {
        "whose": f"Site {scope.site.code}: {scope.site.name}" if scope.site else "All study sites",
        "as_of": f"{scope.data_words[:1].upper()}{scope.data_words[1:]}",
        "synthetic": SYNTHETIC if is_synthetic else "",
        "sections": [
            {
                "title": section.title,
                "definitions": section.definitions,
                "parts": [_part(part) for part in section.parts],
            }
            for section in report.sections
        ],
    }
    plots = [part for section in report.sections for part in section.parts if isinstance(part, ReportPlot)]
    drawings = {name: svg for plot in plots for name, svg in _drawings(plot).items()}
    return typeset(HERE / "paper.typ", data, title=TITLE, made_at=scope.at, drawings=drawings)


def file_name(scope: ReportScope) -> str:
    """`synthetic-outcomes-site-01-20261127T2240Z.pdf`, with the data cut where it is of one."""
    site = f"-site-{scope.site.code}" if scope.site else ""
    cut = f"-{scope.cut.name}" if scope.cut else ""
    return csv_file.file_name(f"outcomes{site}{cut}", scope.at, "pdf")


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
    values = "The patients’ values" if part.bands else "Each patient’s course"
    weeks = f"from week {part.weeks[0]} to week {part.weeks[-1]}"
    means = "; ".join(f"week {one.week}: {one.mean:.1f}, n {one.n}" for one in part.means)
    return {
        "kind": part.kind,
        "title": f"{part.title}, {part.unit}",
        "courses": f"{part.title}: courses",
        "courses_title": values,
        "courses_words": part.courses_words,
        "courses_alt": f"{values} of {part.title}, {part.unit}, {weeks}. {part.courses_words}",
        "means": f"{part.title}: means",
        "means_alt": f"Mean and standard deviation of {part.title}, {part.unit}, {weeks}. {means or 'No value yet'}.",
    }


def _drawings(part: ReportPlot) -> dict[str, str]:
    """By the names that `_plot` gives them."""
    drawing = {"part": part, "drawing": drawing_of(part)}
    return {
        f"{part.title}: courses": _svg("outcomes/_courses.svg", drawing),
        f"{part.title}: means": _svg("outcomes/_means.svg", drawing),
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
