"""CSV: a file for each table, written by PostgreSQL itself; UTF-8 with its mark, NULL empty, texts in quotes.

A text that a spreadsheet might run as a formula begins with an apostrophe, and so does one that began with an
apostrophe already: whoever takes one off from each text that begins with one has what is stored. The readers do.
"""

from ecrf.exports.package import Package
from ecrf.exports.tables.description import Column

MARK = "\ufeff".encode()
RISKY = "^[ \u00a0\u3000]*[=+@\\t\\r\\n＝＋－＠''-]"
NUMBER = "^[+-]?[0-9]+([.,][0-9]+)?$"


def guarded(column: Column) -> str:
    """The column, harmless where a spreadsheet opens it: `safe` of the trail's CSV file, as SQL."""
    cell = f'"{column.name}"'
    if not column.is_text:
        return cell
    return f"CASE WHEN {cell} ~ '{RISKY}' AND {cell} !~ '{NUMBER}' THEN '''' || {cell} ELSE {cell} END"


def write_csv(package: Package) -> None:
    for table in package.tables:
        with package.file(f"csv/{table.name}.csv", f"CSV: {table.title}") as file:
            file.write(MARK)
            texts = ", ".join(f'"{column.name}"' for column in table.columns if column.is_text)
            how = f"FORMAT csv, HEADER, ENCODING 'UTF8', FORCE_QUOTE ({texts})"
            package.copy(table, file, how, guarded)
