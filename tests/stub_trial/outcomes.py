"""The stub's outcomes: who was screened, and the weight at the baseline; one statement each."""

from ecrf.forms.protocol import protocol
from ecrf.outcomes.reading import IN_SCOPE, ReportStatement, read
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

DEFINITIONS = (("Population", "Every patient of a study site."), ("Weight", "As measured, kg."))
PATIENTS = ReportStatement(
    f"SELECT p.number FROM casebook_patient p JOIN access_site s ON s.id = p.site_id WHERE {IN_SCOPE} ORDER BY 1",
    ("casebook_patient", "access_site"),
)
WEIGHTS = ReportStatement(
    f"""
    SELECT p.number, r.weight_kg
    FROM stub_trial_stubvitalsigns r
    JOIN casebook_entry e ON e.id = r.entry_id
    JOIN casebook_visit v ON v.id = e.visit_id
    JOIN casebook_patient p ON p.id = e.patient_id
    JOIN access_site s ON s.id = p.site_id
    WHERE v.code = %(baseline)s AND r.weight_kg IS NOT NULL AND e.struck_at IS NULL AND {IN_SCOPE}
    ORDER BY 1
    """,
    ("casebook_patient", "access_site", "casebook_entry", "casebook_visit", "stub_trial_stubvitalsigns"),
)


def report(scope: ReportScope) -> Report:
    numbers = [number for (number,) in read(scope, PATIENTS)]
    weights = dict(read(scope, WEIGHTS, baseline=protocol().baseline))
    flow = ReportFlow("Participants", (FlowBox("Screened", ReportCell(str(len(numbers)), "screened")),))
    row = ReportRow("Weight, kg", (ReportCell(str(len(weights)), "weights"),))
    table = ReportTable("Weight at baseline", ("", "n"), (row,))
    courses = tuple(PatientCourse(number, ((1, float(kg)),)) for number, kg in weights.items())
    means = (VisitMean(1, len(weights), 60.0, None),) if weights else ()
    plot = ReportPlot("Weight", "kg", 0, 100, (1, 4), len(courses), courses, means)
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
