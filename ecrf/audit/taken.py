"""What the database refuses because another one took it a moment ago: in the words of the constraint.

A service looks before it writes, and says in words what is taken. Two at the same moment both find it free; then the
unique constraint refuses the second, and that is said in the same way.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext, gettext_lazy

UNIQUE_VIOLATION = "23505"
A_MOMENT_AGO = gettext_lazy(
    "Somebody else did the same a moment ago, and nothing was changed here. Load the page again."
)


@contextmanager
def refusal_in_words() -> Iterator[None]:
    """Around a whole transaction: ValidationError, beside the field where it is one, in place of IntegrityError."""
    try:
        yield
    except IntegrityError as error:
        if taken := taken_by(error):
            raise taken from error
        raise


def taken_by(error: BaseException) -> ValidationError | None:
    """What to say of it; None if the database refused for another reason."""
    cause = error.__cause__
    if getattr(cause, "pgcode", None) != UNIQUE_VIOLATION:
        return None
    said = cause.diag  # type: ignore[union-attr]
    return what_is_taken(str(said.table_name), str(said.constraint_name))


def what_is_taken(table: str, constraint: str) -> ValidationError:
    """The words of the unique constraint with this name of the database, beside its field if it has one alone."""
    model = next((one for one in apps.get_models() if one._meta.db_table == table), None)
    if model is None:
        return ValidationError(A_MOMENT_AGO)
    for unique in model._meta.constraints:
        if isinstance(unique, models.UniqueConstraint) and unique.name == constraint:
            names, words = _fields_of(unique), str(unique.violation_error_message)
            words = words if words != unique.default_violation_error_message else str(A_MOMENT_AGO)
            return ValidationError({names[0]: words} if len(names) == 1 else words)
    for field in model._meta.fields:
        if field.unique and not field.primary_key and constraint.startswith(f"{table}_{field.column}_"):
            name = str(field.verbose_name)
            return ValidationError(
                {
                    field.name: gettext("This %(name)s was taken a moment ago. Choose another one.")
                    % {"name": name}
                }
            )
    return ValidationError(A_MOMENT_AGO)


def _fields_of(unique: models.UniqueConstraint) -> list[str]:
    """Of an expression such as lower(email) too."""
    inside = [part for one in unique.expressions if isinstance(one, models.Func) for part in one.flatten()]
    named = [part.name for part in inside if isinstance(part, models.F)]  # type: ignore[attr-defined]  # (untyped)
    return [*unique.fields, *named]
