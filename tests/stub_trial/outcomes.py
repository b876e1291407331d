"""The stub's outcomes: who was screened, and the weight at the baseline; one statement each."""

from ecrf.casebook.models import Patient
from ecrf.forms.protocol import protocol
from ecrf.outcomes.report import (
    FlowBox,
    PatientCourse,
    Report,
    ReportCell,
    ReportFlow,
    ReportPlot,
    ReportRow,
    ReportScope,
    ReportSection,
    ReportTable,
    RowBehind,
    RowsBehind,
    VisitMean,
)
from tests.stub_trial.crfs.vital_signs import StubVitalSigns

DEFINITIONS = (("Population", "Every patient of a study site."), ("Weight", "As measured, kg."))


def report(scope: ReportScope) -> Report:
    where = {"site": scope.site} if scope.site else {}
    patients = Patient.objects.filter(**where, site__is_practice=False)
    numbers = list(patients.order_by("number").values_list("number", flat=True))
    at_baseline = StubVitalSigns.objects.filter(
        entry__visit__code=protocol().baseline, weight_kg__isnull=False
    )
    weights = dict(
        at_baseline.filter(entry__patient__in=patients).values_list("entry__patient__number", "weight_kg")
    )
    flow = ReportFlow("Participants", (FlowBox("Screened", ReportCell(str(len(numbers)), "screened")),))
    row = ReportRow("Weight, kg", (ReportCell(str(len(weights)), "weights"),))
    table = ReportTable("Weight at baseline", ("", "n"), (row,))
    courses = tuple(PatientCourse(number, ((1, float(kg)),)) for number, kg in weights.items())
    means = (VisitMean(1, len(weights), 60.0, None),) if weights else ()
    plot = ReportPlot("Weight", "kg", 0, 100, (1, 4), courses, means)
    return Report(
        (
            ReportSection("flow", "Participants", DEFINITIONS, (flow,)),
            ReportSection("weight", "Weight", DEFINITIONS, (plot, table)),
        ),
        {
            "screened": lambda: RowsBehind(
                "Screened",
                DEFINITIONS,
                ("State",),
                tuple(RowBehind(number, ("Screened",)) for number in numbers),
            ),
            "weights": lambda: RowsBehind(
                "Weight at baseline",
                DEFINITIONS,
                ("Weight, kg",),
                tuple(RowBehind(number, (str(kg),), protocol().baseline) for number, kg in weights.items()),
                tuple((number, "Not entered") for number in numbers if number not in weights),
            ),
        },
    )
