"""What the page of the outcomes needs beside the report itself."""

from django import template

from ecrf.outcomes.drawing import PlotDrawing, drawing_of
from ecrf.outcomes.report import ReportPlot

register = template.Library()


@register.filter
def drawn(plot: ReportPlot) -> PlotDrawing:
    """The plot as a drawing."""
    return drawing_of(plot)
