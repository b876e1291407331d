#!/usr/bin/env python3
"""Checks the copy of a trial site: that its audit trail is whole and unaltered. Needs Python 3.8 and nothing else.

    sha256sum --check SHA256SUMS      are the files those that were made? (macOS: shasum -a 256 --check SHA256SUMS)
    python3 verify.py                 is the audit trail unbroken, and each file too? (Windows: py verify.py)

In trail/ each patient has a file. Each line is an event, a JSON object with three members: `previous_hash`; `content`,
a list of texts (chain, position, moment, person's id, user name, role, site, reason, source, transaction, table, row,
entry, operation, changes, calculated); and `hash`. The hash of an event is the SHA-256 of the JSON list that begins
with the previous hash and goes on with the content; its previous hash is the hash of the event before it, 64 zeros for
the first. So nobody can change, remove or add an event without changing every hash behind it, and the last one, which
manifest.json names, stands in the study's database too.

Where personal data were taken out of an event by the documented way (redaction), its content no longer gives its hash:
a later event of the same chain then says what the content gave before and what it gives since. That is accepted and
named. Anything else is a fault.
"""

import hashlib
import json
import sys
from pathlib import Path

START = "0" * 64
CHAIN, POSITION, TABLE, OPERATION, CHANGES = 0, 1, 10, 13, 14


def hash_of(previous, content):
    text = json.dumps([previous, *content], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def redactions(events):
    """{position of the event that was redacted: [(position of the event that says so, hash before, hash after)]}."""
    found = {}
    for event in events:
        content = event["content"]
        if content[TABLE] == "audit_redaction" and content[OPERATION] == "INSERT":
            said = json.loads(content[CHANGES])
            pair = (int(content[POSITION]), said["before"][1], said["after"][1])
            found.setdefault(int(said["position"][1]), []).append(pair)
    return found


def faults_of(events, length, head, chain=None):
    """Every fault of one chain, in words; and how many of its events were redacted."""
    faults, previous, redacted = [], START, 0
    known = redactions(events)
    for number, event in enumerate(events, 1):
        content = event["content"]
        if int(content[POSITION]) != number:
            return [*faults, f"event {content[POSITION]}: expected position {number}"], redacted
        if event["previous_hash"] != previous:
            faults.append(f"event {number}: does not follow the event before it")
        if chain is not None and content[CHAIN] != str(chain):
            faults.append(f"event {number}: it is of another chain")
        given, expected = hash_of(event["previous_hash"], content), event["hash"]
        for position, before, after in sorted(known.get(number, [])):
            if position <= number or before != expected:
                faults.append(f"event {number}: the redaction at event {position} does not fit")
            expected = after
        redacted += number in known
        if given != expected:
            faults.append(f"event {number}: its content does not give its hash")
        previous = event["hash"]
    if (len(events), previous) != (length, head):
        faults.append(f"the chain does not end where the manifest says: {length} events, {head}")
    return faults, redacted


def altered_files(folder):
    """What sha256sum would name, for who has no such program: Windows, for one."""
    faults, named = [], set()
    try:
        lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        return [f"SHA256SUMS: cannot be read ({type(error).__name__})"]
    for line in lines:
        digest, _gap, name = line.partition("  ")
        named.add(name)
        path = folder / name
        if not path.is_file():
            faults.append(f"{name}: is not there")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            faults.append(f"{name}: was altered")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return faults + [
        f"{name}: does not belong to the copy" for name in sorted(there - named - {"SHA256SUMS"})
    ]


def chains_of(folder):
    """{patient: {chain, events, head}}, as the manifest has it. ValueError says in words why there is none."""
    try:
        chains = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["chains"]
        return {
            patient: {name: chain[name] for name in ("chain", "events", "head")}
            for patient, chain in chains.items()
        }
    except OSError:
        raise ValueError(
            "is not here: run this in the folder into which the whole copy was unpacked"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"cannot be read ({type(error).__name__})") from None


def main(folder):
    """0 if everything holds, 1 if not; says what was found."""
    try:
        chains = chains_of(folder)
    except ValueError as error:
        print(f"FAULT  manifest.json: {error}.\nIt does NOT hold.")
        return 1
    count = bad = taken_out = 0
    for patient, chain in sorted(chains.items()):
        path = folder / "trail" / (patient + ".jsonl")
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
            faults, redacted = faults_of(
                [json.loads(line) for line in lines if line], chain["events"], chain["head"], chain["chain"]
            )
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            faults, redacted = [f"cannot be read ({type(error).__name__})"], 0
        count, bad, taken_out = count + 1, bad + len(faults), taken_out + redacted
        print(f"patient {patient}: {chain['events']} events, head {chain['head']}")
        for fault in faults:
            print(f"FAULT  patient {patient}: {fault}")
    for path in sorted((folder / "trail").glob("*")):
        if path.name[: -len(".jsonl")] not in chains:
            bad += 1
            print(f"FAULT  {path.name}: the manifest does not name it")
    for fault in altered_files(folder):
        bad += 1
        print(f"FAULT  {fault}")
    print(f"{count} chains, {bad} faults; {taken_out} events redacted by the documented way.")
    print("All of it holds." if not bad else "It does NOT hold.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent))
