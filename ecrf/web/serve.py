"""The web processes: `python -m ecrf.web.serve --bind ADDRESS`. gunicorn, once their number is one."""

import os
import sys

NAME = "WEB_CONCURRENCY"
AT_MOST = 256


def fault_of_number(value: str) -> str:
    """gunicorn itself ends with a traceback on a word, and on 0 starts and serves nobody."""
    if value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= AT_MOST:
        return ""
    return f"{NAME} is {value!r}. Set it to the number of web processes, such as one for each processor core."


def main(words: list[str]) -> None:
    if value := os.environ.get(NAME, ""):
        if fault := fault_of_number(value):
            sys.exit(f"The start stopped: {fault}")
    else:
        os.environ.pop(NAME, None)  # set to nothing is not set
    from gunicorn.app.wsgiapp import run  # reads the number when it is loaded

    sys.argv = ["gunicorn", "--config", "python:ecrf.web.server", "ecrf.wsgi:application", *words]
    run()


if __name__ == "__main__":
    main(sys.argv[1:])
