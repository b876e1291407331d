"""How printed pages are read in tests: as somebody who looks at the paper."""

import html
import re
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from ecrf.access.models import User
from ecrf.casebook.models import Visit


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def words_of(page: str) -> str:
    main = page.split("<main", 1)[-1].split("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def reader(user: User) -> Callable[..., str]:
    """Gives the page at an address as the user reads it, or its source."""
    client = client_of(user)

    def page(name: str, *arguments: object, source: bool = False) -> str:
        found = client.get(reverse(name, args=arguments))
        assert found.status_code == 200
        return found.content.decode() if source else words_of(found.content.decode())

    return page


def print_visit(visit: Visit) -> tuple[str, str, str]:
    return "print-visit", visit.patient.number, visit.code
