"""A proxy with the wrong certificate is named, with what to do."""

import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command

from ecrf.upkeep.proxy import fault_of

pytestmark = pytest.mark.requirement("R-132")

NOW = datetime.now(UTC)


def certificate(folder, name: str, days: int):
    """Signed by itself: whoever is told to trust it does."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Synthetic authority")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


class Answers(BaseHTTPRequestHandler):
    says = b"ok\n"

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.says)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def proxy(tmp_path, monkeypatch):
    """Begins one with such a certificate; gives its address."""
    running = []

    def begin(name: str = "localhost", days: int = 90, *, trusted: bool = True, says: bytes = b"ok\n") -> str:
        file = certificate(tmp_path, name, days)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(file))
        server = HTTPServer(("127.0.0.1", 0), type("Says", (Answers,), {"says": says}))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        running.append(server)
        return f"https://localhost:{server.server_port}"

    yield begin
    for server in running:
        server.shutdown()
        server.server_close()


def test_certificate_that_holds_is_no_fault(proxy, capsys):
    address = proxy()
    assert fault_of(address) == ""
    call_command("check_address", address)
    assert "a certificate that holds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "other.example"}, ["does not hold", "of another name", "SITE_ADDRESS"]),
        ({"days": -1}, ["does not hold", "run out", "port 80"]),
        ({"trusted": False}, ["does not hold", "Nobody whom this machine trusts", "SSL_CERT_FILE"]),
        ({"days": 3}, [f"runs out on {NOW + timedelta(days=3):%Y-%m-%d}", "not renewed"]),
        ({"says": b"<h1>Welcome to another server</h1>"}, ["not as the product does", "another server"]),
    ],
    ids=["of another name", "run out", "unknown", "runs out soon", "of another product"],
)
def test_what_is_wrong_with_it_is_said_with_what_to_do(given, words, proxy):
    with pytest.raises(CommandError) as refused:
        call_command("check_address", proxy(**given))
    assert [word for word in words if word not in str(refused.value)] == [], refused.value


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://localhost", "not reached by TLS"),
        ("https://localhost:1", "cannot be reached"),
        ("https://no-such-name.invalid", "cannot be reached"),
        ("", "Which address?"),
    ],
)
def test_address_that_leads_nowhere_is_said(address, words):
    with pytest.raises(CommandError, match=words):
        call_command("check_address", *[one for one in [address] if one])
