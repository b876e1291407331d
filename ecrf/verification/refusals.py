"""Why an item is not verified, in words for the page."""

from django.utils.translation import gettext

from ecrf.queries.models import Query


class VerificationRefused(Exception):
    """Nothing was verified, or taken back; the words say why."""


class Stale(VerificationRefused):
    """The item changed after the page was made. `value`: what stands now; `seen`: how long the chain is now."""

    def __init__(self, value: str, seen: int) -> None:
        self.value, self.seen = value, seen
        super().__init__(
            gettext(
                "The value changed since this page was loaded. Now it is “%(value)s”: compare it"
                " with the source again."
            )
            % {"value": value}
        )


class HasOpenQuery(VerificationRefused):
    """The item has an open query: whoever verifies it has to say so twice."""

    def __init__(self, query: Query) -> None:
        self.query = query
        super().__init__(
            gettext(
                "Query %(number)s is open on this item: “%(text)s” Verify it once more to do so all the same."
            )
            % {"number": query.code, "text": query.text}
        )
