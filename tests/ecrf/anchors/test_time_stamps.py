"""A real time-stamp server signs that an anchor was there; what it did not sign is not believed."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ecrf.anchors.making.anchor import make_anchor
from ecrf.anchors.making.delivery import deliver_due
from ecrf.anchors.models import AnchorDelivery, AnchorWay
from ecrf.anchors.signed.timestamps import NoStamp, ask_for_stamp, check_stamp
from tests.ecrf.anchors.test_against import faults
from tests.ecrf.anchors.time_stamp_server import TimeStampServer

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-009")]

CONTENT = b"what is stamped\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    return TimeStampServer(tmp_path_factory.mktemp("tsa") / "server")


@pytest.fixture
def address(server):
    server.answer, server.status = None, 200
    with server.serving() as url:
        yield url


@pytest.fixture
def stamped(anchored, settings, server, address):
    """Anchors go to the time-stamp server too."""
    settings.ANCHORS = replace(settings.ANCHORS, tsa_url=address, roots=server.roots)


def way(anchor) -> AnchorDelivery:
    return anchor.deliveries.get(destination=AnchorWay.TIME_STAMP)


def test_stamp_is_of_this_content_at_the_servers_moment(server, address):
    stamp = ask_for_stamp(address, CONTENT, server.roots)
    assert abs(stamp.at - timezone.now()) < timedelta(minutes=1)
    assert check_stamp(stamp.answer, CONTENT, server.roots).at == stamp.at


def test_openssl_believes_the_stamp_that_we_keep(stamped, server, folder, patients):
    anchor = make_anchor("test")
    assert deliver_due() == 2
    file = folder / anchor.file_name
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-data", file, "-in", f"{file}.tsr", "-CAfile", server.ca_file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in done.stdout + done.stderr
    assert way(anchor).stamped_at is not None
    assert bytes(way(anchor).stamp) == (folder / f"{anchor.file_name}.tsr").read_bytes()


def test_stamp_of_something_else_is_not_believed(server, address):
    stamp = ask_for_stamp(address, CONTENT, server.roots)
    with pytest.raises(NoStamp, match="does not hold"):
        check_stamp(stamp.answer, CONTENT + b" ", server.roots)


def test_stamp_of_a_server_that_nobody_vouches_for_is_not_believed(server, address, tmp_path):
    stranger = TimeStampServer(tmp_path / "stranger")
    with pytest.raises(NoStamp, match="does not hold"):
        ask_for_stamp(address, CONTENT, stranger.roots)


def test_stamp_given_before_is_no_answer_to_this_question(server, address):
    """The same content, another nonce: somebody plays an old answer back."""
    server.answer = ask_for_stamp(address, CONTENT, server.roots).answer
    with pytest.raises(NoStamp, match="Nonce"):
        ask_for_stamp(address, CONTENT, server.roots)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (b"<html>not here</html>", 200, "is no time stamp"),
        (b"", 200, "is no time stamp"),
        (b"x" * 200_000, 200, "too long"),
        (b"", 404, "answered 404"),
        (bytes.fromhex("30053003020102"), 200, "is no time stamp|refused"),
    ],
)
def test_whatever_else_the_server_answers_is_said_in_words(answer, status, words, server, address):
    server.answer, server.status = answer, status
    with pytest.raises(NoStamp, match=words):
        ask_for_stamp(address, CONTENT, server.roots)


def test_server_that_is_away_is_asked_again_and_holds_nothing_up(stamped, server, folder, patients):
    server.status = 503
    first, second = make_anchor("test"), make_anchor("test")
    asked = server.asked
    assert deliver_due() == 2  # both into the folder
    assert server.asked == asked + 1  # where it fails once, the next is left for later
    assert way(first).last_error == "The time-stamp server answered 503."
    assert way(first).done_at is None
    server.status = 200
    AnchorDelivery.objects.update(next_try_at=timezone.now())
    assert deliver_due() == 2
    assert {way(first).last_error, way(second).last_error} == {""}
    assert way(first).tries == 2


def test_command_says_that_it_did_not_arrive_everywhere(stamped, server, patients):
    server.status = 503
    with pytest.raises(CommandError, match="did not arrive everywhere"):
        call_command("anchor")


def test_anchor_with_the_stamp_of_another_is_not_believed(stamped, folder, patients):
    first, second = make_anchor("test"), make_anchor("test")
    deliver_due()
    assert faults(folder) == []
    stamps = [folder / f"{anchor.file_name}.tsr" for anchor in (first, second)]
    stamps[0].chmod(0o600)
    stamps[0].write_bytes(stamps[1].read_bytes())
    (fault,) = faults(folder)
    assert fault.startswith(f"not compared: {stamps[0].name} is no time stamp of {first.file_name}")
