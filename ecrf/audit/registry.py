"""What the floors add at the start of the program, from their AppConfig.ready: each thing under a key of its own."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(dict[str, T], Generic[T]):
    """Things by key, in the order in which they came. `thing` says in an error what they are: "kind of mail"."""

    def __init__(self, thing: str) -> None:
        super().__init__()
        self.thing = thing

    def add(self, key: str, value: T) -> T:
        """ValueError for a key that is given already: two floors would hide each other."""
        if key in self:
            raise ValueError(f"There is a {self.thing} {key!r} already.")
        self[key] = value
        return value
