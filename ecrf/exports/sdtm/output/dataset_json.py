"""Dataset-JSON 1.1: the same datasets as the transport files, one JSON file each, written row by row."""

import json
from typing import IO, Any

from ecrf.exports.sdtm.datasets import Dataset
from ecrf.exports.sdtm.domains import Variable, VariableType

TYPES = {
    VariableType.TEXT: "string",
    VariableType.MOMENT: "string",
    VariableType.INTEGER: "integer",
    VariableType.FLOAT: "double",
}
"""A moment may lack its later parts, so that it is a string for a reader."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def write_dataset_json(file: IO[bytes], dataset: Dataset, head: dict[str, Any]) -> None:
    """`head`: what all files of the package say alike. What has no value is null."""
    variables = dataset.variables
    said = {
        "datasetJSONCreationDateTime": head["created"],
        "datasetJSONVersion": "1.1.0",
        "fileOID": f"{head['fileOID']}.{dataset.name}",
        "originator": head["originator"],
        "sourceSystem": head["sourceSystem"],
        "studyOID": head["studyOID"],
        "metaDataVersionOID": head["metaDataVersionOID"],
        "metaDataRef": "../define.xml",
        "itemGroupOID": f"IG.{dataset.name}",
        "records": dataset.count,
        "name": dataset.name,
        "label": dataset.domain.label,
        "columns": [_column(dataset, variable) for variable in variables],
    }
    file.write(_ENCODER.encode(said)[:-1].encode() + b',"rows":[')
    for place, row in enumerate(dataset.rows()):
        cells = _ENCODER.encode([row.get(variable.name) for variable in variables])
        file.write((",\n" if place else "\n").encode() + cells.encode())
    file.write(b"\n]}\n")


def _column(dataset: Dataset, variable: Variable) -> dict[str, Any]:
    column: dict[str, Any] = {
        "itemOID": f"IT.{dataset.name}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": TYPES[variable.type],
    }
    if variable.type is VariableType.TEXT:
        column["length"] = dataset.width(variable)
    if variable.name in dataset.domain.keys:
        column["keySequence"] = dataset.domain.keys.index(variable.name) + 1
    return column
