"""Keeps sessions in the database, each with its owner, so that they can be listed and ended."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db

from ecrf.account.models import UserSession

ADDRESS, BROWSER, BEGAN, SEEN = "address", "browser", "began_at", "seen_at"
"""What idle.py notes in a session; the row shows it beside."""


class SessionStore(db.SessionStore):
    """Django's, with columns of ours (Django's documentation: "Extending database-backed session engines")."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        row: UserSession = super().create_model_instance(data)  # type: ignore[assignment]
        row.user_id = int(data["_auth_user_id"]) if "_auth_user_id" in data else None
        row.address, row.browser = data.get(ADDRESS), data.get(BROWSER, "")
        row.began_at, row.seen_at = _moment(data.get(BEGAN)), _moment(data.get(SEEN))
        return row


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
