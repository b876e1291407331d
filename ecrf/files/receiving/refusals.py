"""Why a file is not taken, in words for the page."""


class FileRefused(Exception):
    """Nothing was stored; the words say why, and what to do. `field`: beside which field of the page they stand."""

    def __init__(self, words: str, field: str = "", status: int = 422) -> None:
        super().__init__(words)
        self.field, self.status = field, status
