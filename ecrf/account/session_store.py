"""Keeps sessions in the database, each with its owner, so that they can be listed and ended.

A session's key is a secret between the browser and the program: the database keeps its hash, by which it knows for whom
a request acts (docs/decisions/0042). What a session holds counts for the person alone who was given its secret.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY as WHO
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.db.models import BigIntegerField, Func, TextField, Value
from django.utils import timezone

from ecrf.account.models import UserSession
from ecrf.audit.bound.person import note_said, person_now
from ecrf.audit.bound.proof import proof
from ecrf.audit.lost import fails
from ecrf.web.standby import reads_from_standby

ADDRESS, BROWSER, BEGAN, SEEN = "address", "browser", "began_at", "seen_at"
"""What idle.py notes in a session; the row shows it beside."""

_BEGIN = "SELECT access_begin_session(%s, %s, %s), set_config('ecrf.session', %s, false)"
_GO_ON = "SELECT access_session_goes_on(%s), set_config('ecrf.session', %s, false)"


def row_key(secret: str | None) -> str:
    """The key of a session's row, as the database's `access_session_key` makes it; "" where there is no session."""
    return sha256(secret.encode()).hexdigest()[:40] if secret else ""


class SessionStore(db.SessionStore):
    """Django's, with columns of ours (Django's documentation: "Extending database-backed session engines")."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def load(self) -> dict[str, Any]:
        """The same statement tells the database for whom this connection acts from now on."""
        if secret := self.session_key:
            note_said(secret, None)
        row = self._get_session_from_db()
        if row is None:
            return {}
        data: dict[str, Any] = self.decode(row.session_data)
        if WHO in data and str(row.person) != data[WHO]:  # taken from somebody else's row
            self._session_key = None
            return {}
        note_said(secret, row.person)
        return data

    def _get_session_from_db(self) -> Any:
        secret, now = self.session_key, timezone.now()
        said = Func(
            Value("ecrf.session"),
            Value(secret),
            Value(False),
            function="set_config",
            output_field=TextField(),
        )
        found = UserSession.objects.annotate(
            said=said,
            person=Func(
                Value(secret), Value(now), function="access_person_of", output_field=BigIntegerField()
            ),
        ).filter(session_key=row_key(secret), expire_date__gt=now)
        row = found.first() if secret else None
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return UserSession.objects.filter(session_key=row_key(session_key)).exists()

    def cycle_key(self) -> None:
        """The same visit under another secret, of the same person."""
        data, before = self._session, self.session_key  # type: ignore[attr-defined]
        self.create()
        self._session_cache = data
        if before:
            self._say(_GO_ON, [row_key(self.session_key), self.session_key])
            note_said(self.session_key, person_now())
            self.delete(before)

    def begin_for(self, person: int) -> None:
        """Somebody has just logged in."""
        if not self.session_key:
            self.create()
        key = row_key(self.session_key)
        self._say(_BEGIN, [key, person, proof(f"session|{key}|{person}"), self.session_key])
        note_said(self.session_key, person)

    def save(self, must_create: bool = False) -> None:
        """What is noted in a session by the way waits while nothing can be written (ecrf/web/standby.py)."""
        if reads_from_standby():
            return
        failed: BaseException | None = None
        try:
            super().save(must_create)
        except UpdateError as error:
            # Django takes each error of the database for a session that was ended meanwhile, and answers 400.
            failed = error.__context__
            if not fails(failed):
                raise
        if failed:  # not "from": the driver's own error behind it says what it was
            raise failed

    def delete(self, session_key: str | None = None) -> None:
        if secret := session_key or self.session_key:
            UserSession.objects.filter(session_key=row_key(secret)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        row: UserSession = super().create_model_instance(data)  # type: ignore[assignment]
        row.session_key = row_key(row.session_key)
        row.user_id = int(data[WHO]) if WHO in data else None
        row.address, row.browser = data.get(ADDRESS), data.get(BROWSER, "")
        row.began_at, row.seen_at = _moment(data.get(BEGAN)), _moment(data.get(SEEN))
        return row

    @staticmethod
    def _say(statement: str, values: list[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
