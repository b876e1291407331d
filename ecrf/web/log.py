"""The log: one JSON object a line, without any value that was typed."""

import logging
import re
import traceback

from pythonjsonlogger.json import JsonFormatter


class NoValues(logging.Filter):
    """Takes the message off an exception in the log: a database's error quotes the row it refused."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            kind, error, trace = record.exc_info
            record.exc_text = "".join(traceback.format_tb(trace)) + kind.__name__ + _code_of(error)
            record.exc_info = None
        return True


def _code_of(error: BaseException | None) -> str:
    """What the database calls it, in five letters and digits: ` (EC005)`."""
    code = getattr(getattr(error, "__cause__", None), "pgcode", None)
    return f" ({code})" if code else ""


class LogLine(JsonFormatter):
    """One JSON object a line. The secret in a calendar feed's address is taken out, wherever it stands."""

    def format(self, record: logging.LogRecord) -> str:
        return re.sub(r"/calendar/[\w-]+\.ics", "/calendar/***.ics", super().format(record))
