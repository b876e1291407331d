"""A real time-stamp server on this machine: OpenSSL's, behind a small web server."""

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates

HERE = "127.0.0.1"
CONFIGURATION = """
[tsa]
default_tsa = tsa_settings
[tsa_settings]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
[usage]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = critical,CA:FALSE
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[req]
distinguished_name = name
[name]
"""


def openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class TimeStampServer:
    """`answer`, if it is set, is sent in place of a stamp; `status` is the web server's."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.answer, self.status, self.asked = folder, None, 200, 0
        folder.mkdir(parents=True)
        (folder / "openssl.cnf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._certificate("root", "authority", "Synthetic authority")
        self._certificate("tsa", "usage", "Synthetic time-stamp server", signed_by="root")

    def _certificate(self, name: str, usage: str, subject: str, signed_by: str = "") -> None:
        file = str(self.folder / name)
        signer = (
            ["-CA", f"{self.folder / signed_by}.pem", "-CAkey", f"{self.folder / signed_by}.key"]
            if signed_by
            else []
        )
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{file}.key", "-out", f"{file}.pem", "-subj", f"/CN={subject}", "-days", "3",
            "-config", str(self.folder / "openssl.cnf"), "-extensions", usage, *signer)  # fmt: skip

    @property
    def ca_file(self) -> Path:
        return self.folder / "root.pem"

    @property
    def roots(self) -> tuple[Certificate, ...]:
        return tuple(load_pem_x509_certificates(self.ca_file.read_bytes()))

    def stamp(self, query: bytes) -> bytes:
        self.asked += 1
        if self.answer is not None:
            return self.answer
        asked, answered = self.folder / "query.tsq", self.folder / "answer.tsr"
        asked.write_bytes(query)
        openssl("ts", "-reply", "-config", self.folder / "openssl.cnf", "-section", "tsa_settings",
            "-queryfile", asked, "-signer", self.folder / "tsa.pem", "-inkey", self.folder / "tsa.key",
            "-out", answered)  # fmt: skip
        return answered.read_bytes()

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """The address at which it listens, until the end."""
        stamps = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/timestamp-query"
                content = stamps.stamp(query)
                self.send_response(stamps.status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *given: object) -> None:
                pass

        with ThreadingHTTPServer((HERE, 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"http://{HERE}:{server.server_port}/tsr"
            finally:
                server.shutdown()
