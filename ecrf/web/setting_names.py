"""The names of all settings: one that was mistyped would be passed over, and nobody would know."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

PLAIN = frozenset(
    {
        *(
            "ENV_FILE",
            "ALLOWED_HOSTS",
            "DEBUG",
            "TLS",
            "LOG_LEVEL",
            "SYNTHETIC_DATA",
            "HELP_CONTACT",
            "WEB_CONCURRENCY",
        ),
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
OF_COMPOSE = frozenset(
    {
        *("DATABASE_MEMORY", "DATABASE_CPUS", "WEB_MEMORY", "WEB_CPUS", "WORKER_MEMORY"),
        *("SITE_ADDRESS", "PROXY_TO", "WEB_MACHINES", "BACKUP_SECOND_FOLDER", "RESTORE_KEYS_FOLDER"),
        *(
            "MACHINE",
            "MACHINE_ADDRESS",
            "MACHINE_1",
            "MACHINE_2",
            "MACHINE_3",
            "EXPORTS_SERVER",
            "EXPORTS_PATH",
        ),
        *("WEB_CONCURRENCY", "STANDBY_LAG_MINUTES", "EXPORTS_KEPT_DAYS", "BACKUP_DAYS", "HELP_CONTACT"),
        *(
            "MAIL_HOST",
            "MAIL_PORT",
            "MAIL_TLS",
            "MAIL_USER",
            "MAIL_FROM",
            "SPONSOR_SAFETY_MAIL",
            "CLAMD_ADDRESS",
        ),
        *("SECOND_FACTOR_FOR", "ADMINISTRATORS_AGREE", "ACCESS_REVIEW_DAYS", "PASSWORD_MAX_DAYS"),
        *("PASSWORD_HISTORY", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET_FILE", "OIDC_NAME"),
        *("OIDC_SECOND_FACTOR", "ANCHOR_KEY_FILE", "ANCHOR_MAIL", "ANCHOR_TSA_URL", "ANCHOR_TSA_CA_FILE"),
    }
)
"""What docker-compose.yml and docs/operation/ha.yaml take from .env; whatever else stands there reaches no service."""
_OF_DOCKER = "COMPOSE_"
_AS_LIKE_AS = 0.86
_SHORTEST = 6
"""What is shorter is like too much that belongs to other programs."""


def mistyped(environ: Iterable[str]) -> str:
    """In words, which name is nearly that of a setting; "" where none is."""
    for name in sorted(set(environ) - NAMES):
        if len(name) >= _SHORTEST and (like := get_close_matches(name, NAMES, 1, _AS_LIKE_AS)):
            return f"{name} is set, and is no setting. Write {like[0]} if that is meant, or take it away."
    return ""


def passed_over(env_file: str) -> str:
    """In words, what stands in .env (its text) and reaches no service; "" where nothing does."""
    given = re.findall(r"^\s*(?:export\s+)?(\w+)\s*=", env_file, re.MULTILINE)
    for name in given:
        if name not in OF_COMPOSE and not name.startswith(_OF_DOCKER):
            like = get_close_matches(name, OF_COMPOSE, 1, 0.6)
            meant = f"write {like[0]} if that is meant, or take it away" if like else "take it away"
            return f"The file .env sets {name}, which no service is given: {meant}."
    return ""
