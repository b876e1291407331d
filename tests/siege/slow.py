"""Connections that send as slowly as they can."""

import socket

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
HEAD = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nHX-Request: true\r\n" + FORM
SLOW = {
    "nothing at all": b"",
    "the head, byte by byte": b"POST /login/ HTTP/1.1\r\nX-Slow: ",
    "the body, byte by byte": HEAD + b"Content-Length: 5000\r\n\r\nusername=",
    "the body, in chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1388\r\nusername=",
    "a body that is refused": HEAD + b"Content-Length: 60000000\r\n\r\n",
}


class SlowSender:
    """One slow connection."""

    def __init__(self, port: int, kind: str) -> None:
        self.kind = kind
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.socket.sendall(SLOW[kind])
        self.socket.setblocking(False)
        self.is_ended = False

    def go_on(self) -> None:
        """Send one byte more, and see whether the server has ended it."""
        try:
            self.socket.send(b"a")
            while got := self.socket.recv(4096):
                assert got
            self.is_ended = True
        except BlockingIOError:
            pass
        except OSError:
            self.is_ended = True

    def close(self) -> None:
        self.socket.close()
