"""The history of one item holds what was done about it: asked, answered, verified, signed, undone."""

import re

import pytest

from tests.ecrf.trail.world import World, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(site, coordinator, investigator, monitor, data_manager) -> World:
    return a_world(site, coordinator, investigator, monitor, data_manager)


@pytest.mark.requirement("R-004")
def test_items_history_tells_what_was_done_about_it_in_one_line_of_time(client, world):
    query = world.ask()
    world.verify()
    world.sign()
    world.change("72")
    for user, url in (
        (world.coordinator, f"/patients/{world.patient.number}/W04/vital-signs/1/pulse/history/"),
        (world.monitor, f"/monitor/casebook/entry/{world.entry.pk}/pulse/history/"),
    ):
        client.force_login(user)
        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(url).content.decode()))
        told = [
            f"{query.name} asked: “Please check the pulse.”",
            "Verified: 70 /min",
            "Visit signed by Synthetic investigator",
        ]
        told += ["Misread", "Verification by monitor undone by the change: was 70 /min when verified"]
        told += ["Signature of Synthetic investigator on the visit broken by a change"]
        start = page.find(told[0])  # the head of a monitor's page tells what broke the signature, too
        places = [page.find(words, start) for words in told]
        assert -1 not in places, (url, told, page)
        assert places[:4] == sorted(places[:4])
        assert f"/trail/?entry={world.entry.pk}" in client.get(url).content.decode()


def test_items_history_takes_the_same_statements_however_much_was_said(
    client, world, django_assert_max_num_queries
):
    url = f"/patients/{world.patient.number}/W04/vital-signs/1/pulse/history/"
    client.force_login(world.coordinator)
    for number in range(1, 6):
        world.ask(number=number)
        world.change(str(70 + number))
    client.get(url)
    with django_assert_max_num_queries(14):
        client.get(url)
