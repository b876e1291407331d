"""The names of all settings: one that was mistyped would be passed over, and nobody would know."""

from collections.abc import Iterable
from difflib import get_close_matches

PLAIN = frozenset(
    {
        *("ALLOWED_HOSTS", "DEBUG", "TLS", "LOG_LEVEL", "SYNTHETIC_DATA", "HELP_CONTACT", "WEB_CONCURRENCY"),
        *("IDLE_MINUTES", "ACCESS_REVIEW_DAYS", "ADMINISTRATORS_AGREE", "STANDBY_LAG_MINUTES"),
        *("PASSWORD_MAX_DAYS", "PASSWORD_HISTORY", "SECOND_FACTOR_FOR"),
        *("EXPORTS_FOLDER", "EXPORTS_KEPT_DAYS", "CLAMD_ADDRESS", "PUBLIC_URL", "SPONSOR_SAFETY_MAIL"),
        *("MAIL_HOST", "MAIL_PORT", "MAIL_TLS", "MAIL_USER", "MAIL_FROM", "MAIL_TO_MAILBOX"),
        *("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_NAME", "OIDC_SECOND_FACTOR"),
        *("ANCHORS_FOLDER", "ANCHOR_MAIL", "ANCHOR_TSA_URL", "ANCHOR_TSA_CA_FILE"),
        *("BACKUP_FOLDER", "BACKUP_SECOND_FOLDER", "BACKUP_KEY_FILE", "BACKUP_SECRETS_KEY_FILE"),
        *("BACKUP_SECRETS_FOLDER", "BACKUP_DAYS", "BACKUP_ROUND_SECONDS", "POSTGRES_BINARIES"),
        *("RESTORE_KEY_FILE", "RESTORE_PASSPHRASE_FILE", "DRILL_SIGNING_KEY_FILE", "DRILL_ANCHORS"),
    }
)
SECRET = frozenset(
    {
        *("SECRET_KEY", "DATABASE_URL", "SECOND_FACTOR_KEY", "MAIL_PASSWORD", "OIDC_CLIENT_SECRET"),
        *("ANCHOR_KEY", "HEALTH_TOKEN", "BACKUP_DATABASE_URL"),
    }
)
"""Each may also be a file that holds it: NAME_FILE."""
NAMES = PLAIN | SECRET | {f"{name}_FILE" for name in SECRET}
_AS_LIKE_AS = 0.86
_SHORTEST = 6
"""What is shorter is like too much that belongs to other programs."""


def mistyped(environ: Iterable[str]) -> str:
    """In words, which name is nearly that of a setting; "" where none is."""
    for name in sorted(set(environ) - NAMES):
        if len(name) >= _SHORTEST and (like := get_close_matches(name, NAMES, 1, _AS_LIKE_AS)):
            return f"{name} is set, and is no setting. Write {like[0]} if that is meant, or take it away."
    return ""
