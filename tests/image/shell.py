"""The operator at a terminal: a script is run by bash, and whatever asks is answered."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from select import select

IN_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
"""In a process of its own: one that has threads may not fork a terminal."""

PATIENCE_S = 600 if os.environ.get("ECRF_IMAGE") else 120
"""A build by a Docker engine may be silent for long."""


@dataclass
class Shell:
    """`answers`: what is typed when the terminal shows such a prompt."""

    folder: Path
    env: dict[str, str]
    answers: dict[str, str] = field(default_factory=dict)

    def run(self, script: str) -> str:
        """What stood on the screen. The first command that fails ends the script, and the test."""
        with subprocess.Popen(
            [sys.executable, "-c", IN_A_TERMINAL, "bash", "-e", "-c", script],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as terminal:
            said = self._answered(terminal)
        assert terminal.returncode == 0, f"status {terminal.returncode} of:\n{script}\nwhich said:\n{said}"
        return said

    def _answered(self, terminal: subprocess.Popen) -> str:
        assert terminal.stdin
        assert terminal.stdout
        said, answered = "", 0
        while True:
            if not select([terminal.stdout], [], [], PATIENCE_S)[0]:
                terminal.kill()
                raise AssertionError(f"Nothing was said for {PATIENCE_S} s after:\n{said}")
            if not (read := os.read(terminal.stdout.fileno(), 4096)):
                return said.replace("\r\n", "\n")
            said += read.decode(errors="replace")
            for prompt, answer in self.answers.items():
                if said[answered:].endswith(prompt):
                    terminal.stdin.write(f"{answer}\n".encode())
                    terminal.stdin.flush()
                    answered = len(said)
