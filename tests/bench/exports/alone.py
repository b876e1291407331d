"""Writes one format for the patients on its input, and prints the most memory that took, in MB."""

import sys
import tempfile
from pathlib import Path


def main(name: str) -> None:
    import django

    django.setup()
    from ecrf.audit.snapshot import one_snapshot
    from ecrf.exports.formats import registry
    from ecrf.exports.tables.selection import Selection
    from tests.bench.exports.formats import package_in
    from tests.bench.exports.whole import cut_of

    numbers = tuple(sys.stdin.read().split())
    with tempfile.TemporaryDirectory(prefix="ecrf-bench-") as folder, one_snapshot():
        package = package_in(Path(folder), Selection(identifiers=True, patients=numbers))
        package.cut = cut_of(list(numbers))
        registry.FORMATS[name].write(package)
    # Of this process alone: what getrusage tells begins with what the process had that started it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    sys.stdout.write(f"{int(peak.split()[1]) / 1024:.1f}")


if __name__ == "__main__":
    main(sys.argv[1])
