"""Machines that share nothing but a switch: each a network namespace, from which cables can be pulled.

Nothing of it is joined to the network of the computer that it runs on. The addresses are those that are kept for
examples (RFC 5737).
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

CLONE_NEWNET = 0x40000000
NOBODYS = "02:00:00:00:00:99"
"""A hardware address that no machine bears: what is sent there is lost, as on a line that was cut."""
_libc = ctypes.CDLL(None, use_errno=True)


def fault_of_network() -> str:
    """Why no machine can be made here; "" if some can."""
    if not shutil.which("ip"):
        return "the program ip is not here (Debian: iproute2)"
    name = f"ecrf-{os.getpid()}-try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
        return "this user may make no network namespaces"
    bridge = subprocess.run(["ip", "-n", name, "link", "add", "try", "type", "bridge"], capture_output=True)
    subprocess.run(["ip", "netns", "del", name], check=True)
    return "this kernel makes no bridges" if bridge.returncode else ""


def enter(namespace: str) -> None:
    """This thread, and what it starts from now on, is on that machine."""
    with Path(f"/run/netns/{namespace}").open() as file:
        if _libc.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {namespace}")


class Network:
    """`machines`: {name: address}."""

    def __init__(self, machines: Mapping[str, str]) -> None:
        self.machines = dict(machines)
        self.made: list[str] = []

    def namespace(self, machine: str) -> str:
        return f"ecrf-{os.getpid()}-{machine}"

    def __enter__(self) -> "Network":
        try:
            self._make("switch")
            self._on("switch", "link", "add", "switch", "type", "bridge")
            self._on("switch", "link", "set", "dev", "switch", "up")
            for name, address in self.machines.items():
                self._make(name)
                peer = ["type", "veth", "peer", "name", name, "netns", self.namespace("switch")]
                _ip("link", "add", "eth0", "netns", self.namespace(name), *peer)
                self._on("switch", "link", "set", "dev", name, "master", "switch")
                self._on(name, "addr", "add", f"{address}/24", "dev", "eth0")
                self._on(name, "link", "set", "dev", "eth0", "up")
                self._on(name, "link", "set", "dev", "lo", "up")
                self.plug_in(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.made:
            subprocess.run(["ip", "netns", "del", self.namespace(name)], capture_output=True)

    def pull_out(self, machine: str) -> None:
        """It neither hears nor is heard; nobody is told so."""
        self._on("switch", "link", "set", "dev", machine, "down")

    def plug_in(self, machine: str) -> None:
        self._on("switch", "link", "set", "dev", machine, "up")

    def cut(self, one: str, others: list[str]) -> None:
        """What these say to each other is lost, both ways; with everybody else all of them go on to speak."""
        for other in others:
            for here, there in ((one, other), (other, one)):
                way = ["lladdr", NOBODYS, "nud", "permanent", "dev", "eth0"]
                self._on(here, "neigh", "replace", self.machines[there], *way)

    def mend(self, one: str, others: list[str]) -> None:
        for other in others:
            for here, there in ((one, other), (other, one)):
                self._on(here, "neigh", "del", self.machines[there], "dev", "eth0")

    def start(
        self, machine: str, command: list[str], user: tuple[int, int] | None = None, **more: Any
    ) -> "subprocess.Popen[bytes]":
        """A process on this machine, in a session of its own."""
        return subprocess.Popen(
            command, preexec_fn=self._arriving(machine, user), start_new_session=True, **more
        )

    def _arriving(self, machine: str, user: tuple[int, int] | None) -> Callable[[], None]:
        namespace = self.namespace(machine)

        def arrive() -> None:
            enter(namespace)
            if user:
                os.setgroups([])
                os.setgid(user[1])
                os.setuid(user[0])

        return arrive

    def _make(self, name: str) -> None:
        _ip("netns", "add", self.namespace(name))
        self.made.append(name)

    def _on(self, machine: str, *words: str) -> None:
        _ip("-n", self.namespace(machine), *words)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
