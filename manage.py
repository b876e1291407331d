#!/usr/bin/env python
"""Django's command line for the eCRF."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecrf.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from ecrf.audit.refusals import Locked

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The start stopped: {error}")
    except Locked as error:
        sys.exit(f"Stopped, and what it was doing is taken back: {error}")


if __name__ == "__main__":
    main()
