"""The codes of roles as the history of a value shows them, in the reader's language."""

from typing import Any

from django.utils.translation import pgettext_lazy

from ecrf.access.roles import Role

ROLES: dict[str, Any] = {
    Role.INVESTIGATOR: pgettext_lazy("code of a role", "investigator"),
    Role.SUB_INVESTIGATOR: pgettext_lazy("code of a role", "sub-investigator"),
    Role.COORDINATOR: pgettext_lazy("code of a role", "coordinator"),
    Role.MONITOR: pgettext_lazy("code of a role", "monitor"),
    Role.DATA_MANAGER: pgettext_lazy("code of a role", "data-manager"),
    Role.SAFETY: pgettext_lazy("code of a role", "safety"),
    Role.STATISTICIAN: pgettext_lazy("code of a role", "statistician"),
    Role.INSPECTOR: pgettext_lazy("code of a role", "inspector"),
    Role.ADMINISTRATOR: pgettext_lazy("code of a role", "administrator"),
}


def words_of_role(role: str) -> str:
    """The code itself of what is no role."""
    return str(ROLES.get(role, role))
