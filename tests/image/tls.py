"""`python -m tests.image.tls CERTIFICATE KEY PORT WEB_PORT`: the compose file's proxy, as far as a test needs it.

Ends TLS and tells the product so, replacing whatever a browser says of it.
"""

import http.client
import ssl
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FORWARDED = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for this name, signed by nobody, and its key."""
    files = folder / "certificate.pem", folder / "key.pem"
    new = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    named = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    into = ["-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run([*new, *named, *into], check=True, capture_output=True)
    return files


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web_port = 0

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in FORWARDED}
        headers |= {
            "X-Forwarded-For": self.client_address[0],
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": self.headers["Host"],
            "Connection": "close",
        }
        web = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=60)
        web.request(self.command, self.path, body, headers)
        answer = web.getresponse()
        said = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in OF_ONE_CONNECTION | {"content-length"}:
                self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
        web.close()

    do_POST = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_words: object) -> None:
        """The product has a log of its own."""


class Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_words: object) -> None:
        """A browser that leaves in the middle of an answer is none."""


def main(certificate_file: str, key_file: str, port: str, web_port: str) -> None:
    Handler.web_port = int(web_port)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate_file, key_file)
    proxy = Proxy(("127.0.0.1", int(port)), Handler)
    proxy.socket = tls.wrap_socket(proxy.socket, server_side=True, do_handshake_on_connect=False)
    proxy.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
