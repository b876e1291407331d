"""Tries the upgrade to the later version in every way that is named, one after another."""

import os
import sys

import django
from django.core.management import CommandError, call_command


def main(ways: list[str]) -> None:
    django.setup()
    for place, later in enumerate(ways):
        os.environ["LATER"] = later
        print("----" if place else "", flush=True)
        try:
            call_command("upgrade", stderr=sys.stdout, verbosity=0)
        except CommandError as refused:
            print(refused, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
