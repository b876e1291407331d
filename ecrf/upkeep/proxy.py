"""Whether people reach the product by its address: what the proxy shows a browser, looked at from outside."""

import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

SOON = timedelta(days=14)
"""A proxy that fetches its certificate renews it long before."""
_WITHIN_S = 10
_OF_THE_PROXY = "Look at the proxy's log (docker compose logs proxy)."
_TO_DO = {
    "expired": (
        f"It has run out, so no browser lets anybody in. {_OF_THE_PROXY} It renews it where port 80 is open."
    ),
    "name": (
        "It is of another name, so no browser lets anybody in. SITE_ADDRESS has to be the name that people type, and"
        f" that name has to lead to this machine. {_OF_THE_PROXY}"
    ),
    "authority": (
        "Nobody whom this machine trusts has signed it. Where it comes from an authority of your own, name the"
        f" authority's file in SSL_CERT_FILE, and see that people's browsers know it. {_OF_THE_PROXY}"
    ),
}


def fault_of(address: str) -> str:
    """In words, with what to do; "" where all is well. `address`: https://ecrf.example.org, as in PUBLIC_URL."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return f"{address} is not reached by TLS: there is no certificate to look at."
    try:
        with closing(_connection(host, parts.port or 443)) as browser:
            browser.connect()
            ends_at = _end(browser)
            browser.request("GET", "/healthz", headers={"User-Agent": "ecrf check_address"})
            answer = browser.getresponse()
            said, status = answer.read(1000).decode(errors="replace").strip(), answer.status
    except ssl.SSLCertVerificationError as error:
        why, to_do = error.verify_message, _TO_DO[_kind(error)]
        return f"The certificate that {host} shows does not hold: {why}. {to_do}"
    except ssl.SSLError as error:
        why = error.reason or str(error)
        return f"{host} does not speak TLS as it should ({why}). {_OF_THE_PROXY}"
    except (OSError, HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"{host} cannot be reached ({why}). Does the name lead here, and does the proxy run? {_OF_THE_PROXY}"
    if status != 200 or said != "ok":
        return f"{host} answers /healthz with {status} ({said[:80]!r}), and not as the product does. {_OF_THE_PROXY}"
    if ends_at - datetime.now(UTC) < SOON:
        return f"The certificate that {host} shows runs out on {ends_at:%Y-%m-%d}, and was not renewed. {_OF_THE_PROXY}"
    return ""


def _connection(host: str, port: int) -> HTTPSConnection:
    return HTTPSConnection(host, port, timeout=_WITHIN_S, context=ssl.create_default_context())


def _end(browser: HTTPSConnection) -> datetime:
    shown = browser.sock
    assert isinstance(shown, ssl.SSLSocket)
    said = (shown.getpeercert() or {})["notAfter"]
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(said)), UTC)


def _kind(error: ssl.SSLCertVerificationError) -> str:
    """By OpenSSL's numbers: X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_HOSTNAME_MISMATCH, ..._IP_ADDRESS_MISMATCH."""
    return {10: "expired", 62: "name", 64: "name"}.get(error.verify_code, "authority")
