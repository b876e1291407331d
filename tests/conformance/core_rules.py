"""Runs CDISC's conformance rules over a folder of SDTM datasets: needs Python 3.12 with cdisc-rules-engine 0.17.1.

`python core_rules.py FOLDER RULES` prints one JSON object: {rule: its issues} of the rules that found something, and
how many checks ended in which state. RULES is a folder with CDISC's published rules and terms as JSON, none of which is
part of this repository: rules_sdtmig_3-4.json.gz, sdtmct-….allowed_terms.json.gz and
variable_codelist_maps_sdtmig-3-4.json.gz.
"""

import contextlib
import gzip
import io
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

STANDARD, VERSION = "sdtmig", "3-4"
MOST_SHOWN = 5
ISSUE = "issue reported"


def read(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def terminology(folder: Path) -> tuple[str, dict[str, Any]]:
    """The package of terms, in the form that the engine wants."""
    path = next(folder.glob("sdtmct-*.allowed_terms.json.gz"))
    package = path.name.split(".")[0]
    found = read(path)
    lists = []
    for concept, terms in found.get("codelists", found).items():
        if isinstance(terms, dict):
            each = [
                {
                    "conceptId": f"{concept}.{n}",
                    "submissionValue": term,
                    "preferredTerm": term,
                    "synonyms": [],
                }
                for n, term in enumerate(terms["allowed_terms"])
            ]
            name = terms.get("short_name", concept)
            extensible = terms["extensible"]
            lists.append(
                {
                    "conceptId": concept,
                    "submissionValue": name,
                    "name": name,
                    "extensible": extensible,
                    "terms": each,
                }
            )
    return package, {"package": package, "codelists": lists}


def issues(folder: Path, rules: Path) -> dict[str, Any]:
    from cdisc_rules_engine.config import config
    from cdisc_rules_engine.models.library_metadata_container import LibraryMetadataContainer
    from cdisc_rules_engine.rules_engine import RulesEngine
    from cdisc_rules_engine.services.cache import CacheServiceFactory
    from cdisc_rules_engine.services.data_services import DataServiceFactory

    package, terms = terminology(rules)
    library = LibraryMetadataContainer(
        ct_package_metadata={package: terms},
        variable_codelist_map=read(next(rules.glob("variable_codelist_maps_*.json.gz"))),
        published_ct_packages=[package],
    )
    paths = [str(path) for path in sorted(folder.glob("*.xpt"))]
    cache = CacheServiceFactory(config).get_cache_service()
    service = DataServiceFactory(
        config, cache, standard=STANDARD, standard_version=VERSION, library_metadata=library
    ).get_data_service(paths)
    engine = RulesEngine(
        cache=cache,
        data_service=service,
        standard=STANDARD,
        standard_version=VERSION,
        library_metadata=library,
        dataset_paths=paths,
        ct_packages=[package],
        define_xml_path=str(folder / "define.xml"),
    )
    found: dict[str, Any] = {}
    states: dict[str, int] = {}
    for rule in _listed(read(rules / "rules_sdtmig_3-4.json.gz")):
        name = rule["core_id"]
        for results in engine.validate_single_rule(rule).values():
            for result in results:
                status = result.get("executionStatus", "")
                states[status] = states.get(status, 0) + 1
                if status == ISSUE:
                    found.setdefault(name, []).append(_shown(result))
    return {"issues": found, "states": states}


def _listed(rules: Any) -> list[dict[str, Any]]:
    return list(rules.values()) if isinstance(rules, dict) else list(rules)


def _shown(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "dataset": result.get("dataset"),
        "message": result.get("message"),
        "count": len(result.get("errors", [])),
        "first": result.get("errors", [])[:MOST_SHOWN],
    }


def main() -> None:
    folder, rules = (Path(one).resolve() for one in sys.argv[1:3])
    logging.disable(logging.CRITICAL)
    import cdisc_rules_engine

    # It opens its schemas by paths that begin where it is installed.
    os.chdir(Path(cdisc_rules_engine.__file__).parent.parent)
    with contextlib.redirect_stdout(io.StringIO()):
        found = issues(folder, rules)
    print(json.dumps(found, indent=1, default=str))


if __name__ == "__main__":
    main()
