"""The programs of a package read it back: Python and R are run, those for SAS and Stata are read."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ecrf.audit.snapshot import one_snapshot
from ecrf.exports.formats.readers import write_readers
from ecrf.exports.formats.registry import FORMATS
from ecrf.exports.formats.sas_names import sas_names
from ecrf.exports.readers.read import read_study
from ecrf.exports.readers.sas import quoted
from ecrf.exports.readers.stata import expression, stata_names
from ecrf.exports.tables.description import ColumnKind
from tests.ecrf.exports.formats.conftest import HOSTILE, package_of, stored
from tests.ecrf.exports.formats.test_codebook import with_hostile_labels

pytestmark = pytest.mark.django_db
needs_r = pytest.mark.skipif(
    not shutil.which("Rscript"),
    reason="No Rscript on the PATH: the reader for R is not run (Debian: r-base-core)",
)
AS_LINES = """
source("readers/read.R")
study <- read_study({folder}, labels = FALSE)
shown <- function(value) ifelse(is.na(value), "NA", paste0("=", enc2utf8(
  if (inherits(value, "POSIXct")) format(value, "%Y-%m-%dT%H:%M", tz = "UTC")
  else if (is.numeric(value)) format(value, digits = 15, trim = TRUE, scientific = FALSE, drop0trailing = TRUE)
  else as.character(value))))
for (table in names(study)) for (column in names(study[[table]])) {{
  hex <- vapply(shown(study[[table]][[column]]), function(x) paste(charToRaw(x), collapse = ""), "")
  cat(table, column, hex, sep = "\\t"); cat("\\n")
}}
"""


def plain(value: Any, kind: ColumnKind) -> str:
    """As the lines above write it."""
    if value is None or value == "":
        return "NA"
    if kind == ColumnKind.MOMENT:
        return f"={value[:16]}"
    return f"={value:f}".rstrip("0").rstrip(".") if kind == ColumnKind.DECIMAL else f"={value}"


def test_python_reader_gives_back_what_is_stored_with_its_types(package):
    found = read_study(package.folder)
    rows = stored(package)
    for table in package.tables:
        for row, expected in zip(found[table.name], rows[table.name], strict=True):
            for column in table.columns:
                value = row[column.name]
                if column.kind == ColumnKind.MOMENT and value is not None:
                    value = value.strftime(f"%Y-%m-%dT%H:%M:%S{'.%f' if table.name == 'trail' else ''}Z")
                assert value == (expected[column.name] or None if column.is_text else expected[column.name])


def test_python_reader_runs_alone_on_the_package(package):
    given = [sys.executable, "-I", "-W", "error", "readers/read.py"]
    done = subprocess.run(given, cwd=package.folder, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(package.tables)
    adverse_event = next(table for table in package.tables if table.name == "adverse_event")
    assert f"adverse_event: {len(HOSTILE) - 1} rows, {len(adverse_event.columns)} columns" in lines


@needs_r
@pytest.mark.parametrize("language", ["C", "C.UTF-8"])
def test_r_reader_gives_back_what_is_stored(language, package):
    lines = {tuple(line[:2]): line[2:] for line in r_lines(package.folder, AS_LINES, language)}
    expected = stored(package)
    for table in package.tables:
        rows = expected[table.name]
        for column in table.columns:
            cells = [bytes.fromhex(cell).decode() for cell in lines[table.name, column.name] if cell]
            assert cells == [plain(row[column.name], column.kind) for row in rows], (table.name, column.name)


@needs_r
def test_r_reader_gives_labels_units_and_code_lists(package):
    asked = """
        source("readers/read.R")
        signs <- read_table("vital_signs", {folder})
        weight <- signs$weight_kg
        cat(attr(weight, "label"), attr(weight, "unit"), class(weight), sep = "\\t"); cat("\\n")
        cat(class(signs$rested), levels(signs$rested), as.character(signs$rested), sep = "\\t"); cat("\\n")
        visits <- read_table("visits", {folder})
        cat(class(visits$visit_date), class(visits$opened_utc)[1], sep = "\\t"); cat("\\n")
    """
    assert r_lines(package.folder, asked, "C.UTF-8") == [
        ["Weight", "kg", "numeric"],
        ["factor", "Yes", "No", "Yes"],
        ["Date", "POSIXct"],
    ]


@needs_r
def test_haven_of_r_reads_the_transport_files(package):
    asked = """
        if (!requireNamespace("haven", quietly = TRUE)) quit(status = 7)
        for (file in list.files("xpt", "[.]xpt$", full.names = TRUE)) {{
          table <- haven::read_xpt(file)
          cat(tools::file_path_sans_ext(basename(file)), nrow(table), ncol(table), sep = "\\t"); cat("\\n")
        }}
        visit <- haven::read_xpt("xpt/visit.xpt")
        cat(format(visit[["NAMED"]]), attr(visit[["NAMED"]], "label"), sep = "\\t"); cat("\\n")
    """
    named = sas_names(package.description)["visit"].columns["visited_on"]
    found = r_lines(package.folder, asked.replace("NAMED", named), "C.UTF-8")
    assert found[-1] == ["2026-01-05", "Date of visit"]
    sizes = {name: int(rows) for name, rows, _columns in found[:-1]}
    assert sorted(sizes.values()) == sorted(len(rows) for rows in stored(package).values())


def r_lines(folder: Path, program: str, language: str) -> list[list[str]]:
    given = program.format(folder=json.dumps("."))
    done = subprocess.run(
        ["Rscript", "--vanilla", "-"],
        input=given,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": language},
    )
    if done.returncode == 7:
        pytest.skip("R has no haven here (Debian: r-cran-haven).")
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_programs_are_there_for_the_files_they_read(written):
    assert not (written(name="none").folder / "readers").exists()
    both = written("csv", "xpt", name="both").folder
    assert {path.name for path in (both / "readers").iterdir()} == {
        "read.R",
        "read.py",
        "read.do",
        "read.sas",
    }


def test_stata_program_names_labels_and_codes_every_column(package):
    program = (package.folder / "readers/read.do").read_text(encoding="utf-8")
    for table in package.tables:
        names = stata_names(table)
        assert len(set(names.values())) == len(table.columns)
        assert all(re.fullmatch(r"[a-z_][a-z0-9_]{0,31}", name) for name in names.values())
        part = program.partition(f'"csv/{table.name}.csv"')[2].partition("\nsave")[0]
        assert f"rename (v1-v{len(table.columns)}) ({' '.join(names.values())})\n" in part
        for name in names.values():
            assert f'st_varlabel("{name}", ' in part
    assert 'mata: st_vlmodify("codes' in program
    assert 'replace read_ = 1 if rested == "yes"' in program


def test_sas_program_labels_formats_and_joins(package):
    program = (package.folder / "readers/read.sas").read_text(encoding="utf-8")
    assert "label WGHTKG = 'Weight (kg)';" in program
    assert re.search(r"value \$CODES\d+F\n +'yes' = 'Yes'\n +'no' = 'No'\n +;", program)
    assert re.search(r"  NOTE = trimn\(NOTE\) \|\| trimn\(NOTE1\) \|\| trimn\(NOTE2\)", program)
    assert re.search(r"  drop NOTE1 NOTE2 ", program)
    assert len(re.findall(r"^libname in xport ", program, re.MULTILINE)) == len(package.tables)


def test_no_label_ends_a_text_or_a_comment_of_a_program(study, tmp_path):
    package = with_hostile_labels(package_of(tmp_path / "package"))
    (package.folder / "csv").mkdir()
    with one_snapshot():
        FORMATS["xpt"].write(package)
        write_readers(package)
    do_file = (package.folder / "readers/read.do").read_text(encoding="utf-8")
    assert all(line.count('"') % 2 == 0 and "$" not in line for line in do_file.splitlines())
    assert "*/" not in do_file
    sas = (package.folder / "readers/read.sas").read_text(encoding="utf-8")
    assert all(line.count("'") % 2 == 0 for line in sas.splitlines())


@pytest.mark.parametrize(
    ("text", "stata", "sas"),
    [
        ("plain", '"plain"', "'plain'"),
        ("it's", '"it" + char(39) + "s"', "'it''s'"),
        (
            '`x\' "$y"',
            'char(96) + "x" + char(39) + " " + char(34) + char(36) + "y" + char(34)',
            "'`x'' \"$y\"'",
        ),
        ("two\nlines", '"two" + char(10) + "lines"', "'two lines'"),
        ("", '""', "''"),
    ],
)
def test_texts_are_quoted_for_stata_and_for_sas(text, stata, sas):
    assert expression(text) == stata
    assert quoted(text) == sas
