"""What the scan makes of the reports of wapiti and sqlmap, and what it gives them to attack.

The scanners themselves run in `make siege PART=scan`.
"""

import json
import pickle
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.urls import reverse

from tests.bench.table import Line
from tests.siege.__main__ import tell
from tests.siege.scan import targets, tools
from tests.siege.scan.__main__ import pace_of
from tests.siege.scan.excuses import EXCUSES, Excuse
from tests.siege.scan.listener import listening
from tests.siege.scan.reports import CUT, DONE, Finding, Served, Tried, line_of, of_sqlmap, of_wapiti
from tests.siege.scan.targets import ROLES, TOKEN, Target

BASE = "http://127.0.0.1:8000/"
CLEAN = {"vulnerabilities": {}, "anomalies": {}, "additionals": {}}


def wapiti(
    level: int, module: str = "xss", part: str = "vulnerabilities", what: str = "Reflected XSS"
) -> dict:
    case = {
        "method": "GET", "path": "/patients/?q=x", "info": "XSS via q", "level": level, "parameter": "q",
        "module": module, "referer": "", "http_request": "", "curl_command": "", "wstg": [],
    }  # fmt: skip
    return {**CLEAN, part: {what: [case], "SQL Injection": []}}


def tried(findings: list[Finding] = (), log: str = "200 GET / HTTP/1.1", addresses: int = 3) -> Tried:
    return Tried("wapiti", "monitor", addresses, 3, 3, Served.of(log.splitlines()), list(findings))


# --- wapiti ----------------------------------------------------------------------------------------------------------


def test_a_high_finding_ends_with_exit_code_1_and_none_with_0(capsys):
    assert tell([line_of(tried(of_wapiti(wapiti(3))))]) == 1
    said = capsys.readouterr().out
    assert "1 high" in said
    assert "NOT OK" in said
    assert tell([line_of(tried(of_wapiti(CLEAN)))]) == 0
    assert "NOT OK" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("level", "severity", "ok"),
    [(0, "info", True), (1, "low", True), (2, "medium", False), (3, "high", False), (4, "critical", False)],
)
@pytest.mark.parametrize("part", CLEAN)
def test_what_is_medium_or_worse_may_not_be_in_whatever_part_of_the_report(level, severity, ok, part):
    (found,) = of_wapiti(wapiti(level, part=part))
    assert found.severity == severity
    assert line_of(tried([found])).ok is ok


@pytest.mark.parametrize("module", ["redirect", "crlf", "backup"])
def test_what_leads_people_astray_is_not_low(module):
    assert not line_of(tried(of_wapiti(wapiti(1, module=module)))).ok


def test_a_file_that_is_no_report_is_not_taken_for_one_without_findings():
    with pytest.raises(KeyError):
        of_wapiti({"infos": {}})


# --- sqlmap ----------------------------------------------------------------------------------------------------------

INJECTED = {
    "success": True,
    "data": [
        {"status": 1, "type": 0, "type_name": "TARGET", "value": {"url": BASE, "query": "q=1", "data": None}},
        {"status": 1, "type": 1, "type_name": "TECHNIQUES", "value": [
            {"place": "GET", "parameter": "q", "data": [{"technique": "stacked queries", "title": "PostgreSQL > 8.1"}]}
        ]},
    ],
    "error": [],
}  # fmt: skip
NOT_INJECTABLE = {
    "success": True, "data": [], "error": ["all tested parameters do not appear to be injectable. Try to …"]
}  # fmt: skip
NOTHING = {"success": True, "data": [], "error": []}
VULNERABLE = "GET parameter 'q' is vulnerable. Do you want to keep testing the others (if any)? [y/N] N"
SUSPECTED = "[INFO] GET parameter 'q' appears to be 'PostgreSQL > 8.1 stacked queries' injectable"


@pytest.mark.parametrize(
    ("report", "said", "severity", "outcome"),
    [
        (INJECTED, "", "critical", DONE),
        (NOT_INJECTABLE, "", None, DONE),
        # Found to be wrong by a closer look of its own.
        (NOT_INJECTABLE, SUSPECTED, None, DONE),
        (NOTHING, "", None, CUT),
        (NOTHING, SUSPECTED, "medium", CUT),
        (NOTHING, VULNERABLE, "critical", DONE),
        (None, VULNERABLE, "critical", DONE),
        ({**NOTHING, "error": ["unable to connect"]}, "", None, "unable to connect"),
    ],
)  # fmt: skip
def test_what_sqlmap_found_is_read_also_where_its_time_was_over(report, said, severity, outcome):
    findings, ended = of_sqlmap(report, said, "GET /patients/?q=1")
    assert ended == outcome
    assert [one.severity for one in findings] == ([severity] if severity else [])
    assert line_of(tried(findings)).ok is (severity is None)


# --- the access log --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "ok"), [(200, True), (404, True), (422, True), (500, False), (503, False)]
)
def test_an_answer_of_500_may_not_be(status, ok):
    line = line_of(tried(log=f"200 GET / HTTP/1.1\n{status} GET /patients/?q=%27 HTTP/1.1\nbroken line"))
    assert line.ok is ok
    assert "2 requests" in line.measured


def test_who_tried_nothing_has_shown_nothing():
    assert not line_of(tried(addresses=0)).ok
    lost = tried()
    lost.faults.append("an attack ended the session")
    assert not line_of(lost).ok


def test_who_tried_little_and_found_nothing_has_no_verdict():
    few = Tried("wapiti", "monitor", 4, 9, 0, Served(requests=80), [])
    assert line_of(few).ok is None
    assert "MINUTES" in line_of(few).measured
    few.findings += of_wapiti(wapiti(3))
    assert line_of(few).ok is False


# --- excuses ---------------------------------------------------------------------------------------------------------


def test_an_excuse_is_one_for_that_finding_and_for_no_other():
    (found,) = of_wapiti(wapiti(3))
    other = Finding("wapiti", "high", "Reflected XSS", "GET /grid/?q=x", "q", "XSS via q")
    excuse = Excuse("wapiti", "Reflected XSS", r"GET /patients/.*", "It is told on that page that it may.")
    line = line_of(tried([found]), [excuse])
    assert line.ok
    assert "1 excused" in line.measured
    assert not line_of(tried([found, other]), [excuse]).ok
    assert not line_of(tried([Finding("sqlmap", "high", found.what, found.where)]), [excuse]).ok


def test_every_excuse_says_why():
    assert all(len(one.why.split()) > 4 for one in EXCUSES)


# --- what is attacked ------------------------------------------------------------------------------------------------


def test_one_of_each_kind_is_attacked_and_no_logout():
    grid = reverse("grid")
    search, plain = Target("GET", grid, (("q", "01"),)), Target("GET", grid)
    form = Target("POST", "/patients/01-001/W01/", body=((TOKEN, "t"), ("vital-signs:1:pulse", "70")))
    found = {
        1: plain,
        2: search,
        3: Target("GET", grid, (("q", "02"),)),
        4: Target("POST", reverse("logout"), body=((TOKEN, "t"),)),
        5: form,
        6: Target("POST", "/patients/01-002/W01/", body=form.body),
        7: Target("GET", "/static/css/ecrf.css"),
        8: Target("POST", "/patients/01-002/W01/", body=((TOKEN, "t"), ("incat:1:arms", "1"))),
    }
    assert set(targets.one_of_each(found)) == {2, 5, 8}


def test_neither_tokens_nor_passwords_are_guessed():
    target = Target(
        "POST", "/login/", body=((TOKEN, "t"), ("username", "a"), ("password", "b"), ("new_password1", "c"))
    )
    assert target.attackable == ["username"]
    assert targets.secrets_of([target]) == [TOKEN, "new_password1", "password"]


@pytest.fixture
def file(tmp_path) -> Path:
    """As wapiti keeps what it found."""
    path = tmp_path / "crawl.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            CREATE TABLE paths (path_id INTEGER PRIMARY KEY, path TEXT NOT NULL, method TEXT NOT NULL,
                enctype TEXT NOT NULL, depth INTEGER NOT NULL, encoding TEXT, headers BLOB, referer TEXT,
                evil BOOLEAN NOT NULL, response_id INTEGER);
            CREATE TABLE params (param_id INTEGER PRIMARY KEY, path_id INTEGER, type TEXT NOT NULL,
                position INTEGER NOT NULL, name TEXT NOT NULL, value1 TEXT, value2 TEXT, meta TEXT);
            CREATE TABLE attack_logs (path_id INTEGER NOT NULL, module TEXT NOT NULL);
        """)
        rows = [
            (1, BASE, "GET", pickle.dumps({}), 0, 7),
            (2, f"{BASE}patients/", "GET", pickle.dumps({}), 0, 8),
            (3, f"{BASE}patients/", "POST", pickle.dumps({}), 0, 8),
            (4, f"{BASE}never/asked/", "GET", None, 0, None),
            (5, f"{BASE}patients/", "GET", pickle.dumps({}), 1, 8),
        ]
        connection.executemany(
            "INSERT INTO paths (path_id, path, method, headers, evil, response_id, enctype, depth)"
            " VALUES (?, ?, ?, ?, ?, ?, '', 0)",
            rows,
        )
        connection.executemany(
            "INSERT INTO params (path_id, type, position, name, value1) VALUES (?, ?, ?, ?, ?)",
            [(2, "GET", 0, "q", "ü"), (3, "POST", 1, "site", "01"), (3, "POST", 0, TOKEN, "of the crawl")],
        )
        connection.execute("INSERT INTO attack_logs VALUES (2, 'sql')")
    return path


def test_what_the_crawl_found_is_read_and_what_scripts_send_is_added(file):
    form = Target("POST", "/patients/", body=((TOKEN, "of the crawl"), ("site", "01")))
    assert targets.read(file) == {
        1: Target("GET", "/"),
        2: Target("GET", "/patients/", (("q", "ü"),)),
        3: form,
    }
    assert targets.root_of(file, BASE) == 1
    assert targets.reached(file) == {"sql": {2}}
    item = Target(
        "POST", "/patients/01-001/ü/", (("a", "b"),), ((TOKEN, ""), ("value", "70")), by_script=True
    )
    assert targets.add(file, BASE, [item]) == {6: item}
    assert targets.read(file)[6] == Target(item.method, item.path, item.query, item.body)


def test_what_the_crawl_had_no_time_to_ask_for_is_attacked_too(file):
    targets.take_all(file, BASE)
    assert targets.read(file)[4] == Target("GET", "/never/asked/")


def test_only_what_was_chosen_is_left_with_the_token_of_who_attacks(file):
    targets.keep(file, {1, 3}, "of the attack")
    left = targets.read(file)
    assert set(left) == {1, 3}
    assert dict(left[3].body) == {TOKEN: "of the attack", "site": "01"}


# --- the rest --------------------------------------------------------------------------------------------------------


def test_whoever_else_asks_the_attackers_address_is_a_grave_finding():
    with listening("the scanner") as listener:
        for agent in ("the scanner, as it says", "python-requests/2"):
            with urlopen(
                Request(f"{listener.address}ssrf/abc/7/71/", headers={"User-Agent": agent})
            ) as answer:
                assert json.load(answer) == {}
        (found,) = listener.findings()
        assert found.where == "GET /ssrf/abc/7/71/"
        assert not line_of(tried([found])).ok
        assert listener.findings() == []


def test_scanners_reach_no_other_machine(tmp_path, monkeypatch):
    (tmp_path / "tool").write_text("#!/bin/sh\nenv\nsleep ${1:-0}\n")
    (tmp_path / "tool").chmod(0o755)
    monkeypatch.setattr(tools, "FOLDER", tmp_path)
    monkeypatch.setenv("SECRET_KEY", "of whoever calls")
    ran = tools.run("tool", [], tmp_path, 20)
    said = dict(line.split("=", 1) for line in ran.said.splitlines())
    assert {said["http_proxy"], said["https_proxy"]} == {tools.NOWHERE}
    assert said["no_proxy"] == "127.0.0.1"
    assert said["HOME"] == str(tmp_path)
    assert "SECRET_KEY" not in said
    assert tools.run("tool", ["60"], tmp_path, 0.2).late


@pytest.mark.parametrize("words", [["nobody"], ["quick", "nurse"]])
def test_a_role_that_is_none_is_named_with_those_that_are(words):
    with pytest.raises(SystemExit, match=f"no role {words[-1]}.*coordinator"):
        pace_of(words, "120")


@pytest.mark.parametrize("minutes", ["0", "soon", "-5", "1.5", "٣"])
def test_minutes_that_are_none_are_refused_in_words(minutes):
    with pytest.raises(SystemExit, match="MINUTES="):
        pace_of([], minutes)


def test_time_and_roles_are_what_was_asked_for():
    assert pace_of([], "25").seconds == 1500
    assert pace_of([], "25").roles == ROLES
    assert pace_of(["safety"], "25").roles == ("safety",)
    assert pace_of(["quick"], "nonsense").roles == ("coordinator",)


def test_where_the_scanners_are_not_installed_it_says_how(monkeypatch, tmp_path):
    monkeypatch.setattr(tools, "FOLDER", tmp_path / ".venv-scan" / "bin")
    assert "make siege PART=scan" in tools.fault()
    assert tell([Line("scan", tools.fault(), "", False)]) == 1
