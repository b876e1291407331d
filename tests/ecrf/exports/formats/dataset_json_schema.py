"""The rules of Dataset-JSON 1.1 that a JSON schema can hold, written anew from CDISC's published specification."""

ISO_MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$"
TYPES = ["string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI"]
TEXT = {"type": "string", "minLength": 1}

COLUMN = {
    "type": "object",
    "required": ["itemOID", "name", "label", "dataType"],
    "additionalProperties": False,
    "properties": {
        "itemOID": TEXT,
        "name": TEXT,
        "label": TEXT,
        "dataType": {"enum": TYPES},
        "targetDataType": {"enum": ["integer", "decimal"]},
        "length": {"type": "integer", "minimum": 1},
        "displayFormat": TEXT,
        "keySequence": {"type": "integer", "minimum": 1},
    },
    "if": {"properties": {"dataType": {"const": "decimal"}}},
    "then": {"required": ["targetDataType"]},
}
SCHEMA = {
    "type": "object",
    "required": [
        *("datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label"),
        "columns",
    ],
    "additionalProperties": False,
    "properties": {
        "datasetJSONCreationDateTime": {"type": "string", "pattern": ISO_MOMENT},
        "datasetJSONVersion": {"type": "string", "pattern": r"^1\.1(\.\d+)?$"},
        "fileOID": TEXT,
        "dbLastModifiedDateTime": {"type": "string", "pattern": ISO_MOMENT},
        "originator": TEXT,
        "sourceSystem": {
            "type": "object",
            "required": ["name", "version"],
            "additionalProperties": False,
            "properties": {"name": TEXT, "version": TEXT},
        },
        "studyOID": TEXT,
        "metaDataVersionOID": TEXT,
        "metaDataRef": TEXT,
        "itemGroupOID": TEXT,
        "isReferenceData": {"type": "boolean"},
        "records": {"type": "integer", "minimum": 0},
        "name": TEXT,
        "label": TEXT,
        "columns": {"type": "array", "minItems": 1, "items": COLUMN},
        "rows": {
            "type": "array",
            "items": {
                "type": "array",
                "items": {"type": ["string", "number", "boolean", "null"]},
            },
        },
    },
}
