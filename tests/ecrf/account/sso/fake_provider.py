"""A tiny provider of our own keys, for the answers that no honest one gives."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "ecrf-in-a-test", "only for tests, of a fake provider"
KEYS = [RSAKey.generate_key(2048, {"kid": f"key-{number}", "use": "sig"}) for number in (1, 2)]
"""Made once: it takes long."""

Answered = dict[str, Any]


class FakeProvider:
    """Says by default what an honest provider says. `claims` is added to what its next ID token claims (None takes a
    claim away); `sign` makes the token of them; `answers` replaces whole answers: {path: (status, headers, body)}."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = KEYS[0]
        self.claims: Answered = {}
        self.sign: Callable[[Answered], str] = self.signed
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.nonce = ""
        self.asked: list[str] = []
        self.given: list[dict[str, list[str]]] = []

    def signed(self, claims: Answered) -> str:
        header = {"alg": "RS256", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=["RS256"])

    def metadata(self) -> Answered:
        names = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "jwks"}
        return {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{path}" for name, path in names.items()},
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "person-1",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "auth_time": now,
            **self.claims,
        }
        return self.sign({name: value for name, value in claims.items() if value is not None})

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if path in self.answers:
            return self.answers[path]
        body: Answered = {
            "/.well-known/openid-configuration": self.metadata,
            "/jwks": lambda: {"keys": [self.key.as_dict(private=False)]},
            "/token": lambda: {
                "access_token": "of-no-use",
                "token_type": "Bearer",
                "id_token": self.id_token(),
            },
        }[path]()
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


@contextlib.contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    """It listens on this machine until the end of the block."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            fake.asked.append(path)
            status, headers, body = fake.answer(path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            fake.given.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.do_GET()

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.handle_error = lambda *_of: None  # type: ignore[method-assign]  # who has read enough, goes
    fake = FakeProvider(server.server_port)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
