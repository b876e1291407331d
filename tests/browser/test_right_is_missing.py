"""A right that is missing, or goes while somebody types: what was typed stays, the words stand beside it."""

import pytest
from playwright.sync_api import expect

from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.requirement("R-074")]

PULSE = "vital-signs-1-pulse"


@pytest.fixture
def shell(server):
    """Runs a few lines of Python beside the server, as an administrator would act; takes all back at the end."""
    undo: list[str] = []

    def run(code: str, then: str = "") -> None:
        head = (
            "from datetime import date, timedelta; from ecrf.access.models import *;"
            " from ecrf.access.training import *; from ecrf.access.delegation import *;"
            " from ecrf.audit.actor import SYSTEM, acting; from tests.conftest import make_user;"
        )
        said = server.manage(
            "shell", "--no-imports", "-c", f"{head}\nwith acting(SYSTEM, source='test'):\n {code}"
        )
        assert "Traceback" not in said, said
        undo.append(then) if then else None

    yield run
    for code in undo:
        run(code)


def typist(sit_down, shell, name: str, **context):
    """A person of the test's own, so that nobody else's rights go."""
    shell(f"make_user('{name}', 'coordinator', Site.objects.get(code='01'))")
    return sit_down(name, **context)


def test_role_that_ends_while_its_owner_types_keeps_the_text_and_says_so(sit_down, shell):
    person = typist(sit_down, shell, "leaver")
    person.open_visit("01-002", "Week 16")
    person.type_in(PULSE, "70")
    person.saved()
    shell(
        "Membership.objects.filter(user__username='leaver').update(ends_on=date.today() - timedelta(days=2))"
    )
    person.type_in(PULSE, "71")
    person.says("Not saved. Your role coordinator at Site 01 has ended")
    assert person.value(PULSE) == "71"
    expect(person.page.locator("#saving")).to_contain_text("1 not saved: see the message at the field")
    with person.page.expect_response(lambda answer: "/vital-signs/" in answer.url) as sent:
        person.type_in("vital-signs-1-weight_kg", "64")
    assert sent.value.status == 404
    assert "All saved" not in person.page.inner_text("#saving")
    asked = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.page.wait_for_timeout(
        6000
    )  # longer than the script waits before it tries again what may pass by itself
    assert asked == []


def test_task_that_is_ended_while_typing_is_sent_again_once_it_is_back(sit_down, shell):
    shell(
        "Site.objects.filter(code='01').update(delegation_from=date(2020, 1, 1)); boss = User.objects.get("
        "username='investigator01'); [Delegation.objects.create(site=Site.objects.get(code='01'), user=one, task=task,"
        " starts_on=date(2020, 1, 1), delegated_by=boss, signed_as='S') for task in ('enter', 'answer')"
        " for one in User.objects.filter(memberships__role='coordinator', memberships__site__code='01').distinct()"
        " if not Delegation.objects.filter(site__code='01', user=one, task=task).exists()]",
        then="Site.objects.filter(code='01').update(delegation_from=None)",
    )
    person = typist(sit_down, shell, "helper")
    person.go("/patients/01-003/")
    person.says("does not give you the task “Enter data” today")
    assert person.page.get_by_role("button", name="Open Week").count() == 0
    shell(
        "Delegation.objects.create(site=Site.objects.get(code='01'), user=User.objects.get(username='helper'),"
        " task='enter', starts_on=date(2020, 1, 1), delegated_by=User.objects.get(username='investigator01'),"
        " signed_as='S')"
    )
    person.open_visit("01-003", "Week 7")
    shell(
        "Delegation.objects.filter(user__username='helper').update(ended_at=Site.objects.first().now(),"
        " ended_by=User.objects.get(username='investigator01'), end_reason='Leave')"
    )
    person.type_in(PULSE, "72")
    person.says("The delegation log of site 01 does not give you the task “Enter data” today.")
    person.says("Ask the site's investigator, Synthetic investigator01.")
    assert person.value(PULSE) == "72"
    shell(
        "Delegation.objects.create(site=Site.objects.get(code='01'), user=User.objects.get(username='helper'),"
        " task='enter', starts_on=date(2020, 1, 1), delegated_by=User.objects.get(username='investigator01'),"
        " signed_as='S')"
    )
    person.page.get_by_role("button", name="Send it again").click()
    person.saved()
    person.page.reload()
    assert person.value(PULSE) == "72"


def test_training_that_is_published_while_typing_is_confirmed_and_the_text_goes_on(sit_down, shell):
    person = typist(sit_down, shell, "pupil")
    person.open_visit("01-004", "Week 4")
    shell(
        "TrainingDocument.objects.create(key='short', version='1', title='Short manual', text='Read.',"
        " roles=['coordinator'])",
        then="TrainingDocument.objects.update(is_current=False)",
    )
    person.type_in(PULSE, "73")
    person.says("You have not confirmed your training “Short manual, version 1”.")
    assert person.value(PULSE) == "73"
    other = person.tab()
    other.goto(f"{person.server.url}/training/")
    other.get_by_role("link", name="Short manual").click()
    other.get_by_role("button", name="I have read it").dblclick()
    other.get_by_text("you have confirmed all that is asked of you").wait_for()
    person.page.get_by_role("button", name="Send it again").click()
    person.saved()


def test_page_that_is_read_only_says_why_offers_nothing_and_tells_what_was_typed_before(sit_down, shell):
    person = typist(sit_down, shell, "reader")
    person.open_visit("01-005", "Week 4")
    shell(
        "TrainingDocument.objects.create(key='other', version='1', title='Other manual', text='Read.',"
        " roles=['coordinator'])",
        then="TrainingDocument.objects.update(is_current=False)",
    )
    person.type_in(PULSE, "74")
    person.says("You have not confirmed your training")
    person.page.reload()
    person.says("You read everything here")
    person.says("you typed “74”")
    assert person.page.locator(f"#f-{PULSE}").is_disabled()
    assert person.page.get_by_role("button", name="Complete the visit").count() == 0
    person.go("/")
    person.says("You have not confirmed your training")
    assert person.page.get_by_role("button", name="Add patient").count() == 0


def test_without_script_the_page_comes_back_with_what_was_typed(sit_down, shell):
    person = typist(sit_down, shell, "plain", java_script_enabled=False)
    person.open_visit("01-006", "Week 4")
    person.page.fill(f"#f-{PULSE}", "75")
    shell(
        "TrainingDocument.objects.create(key='third', version='1', title='Third manual', text='Read.',"
        " roles=['coordinator'])",
        then="TrainingDocument.objects.update(is_current=False)",
    )
    person.page.get_by_role("button", name="Save", exact=True).last.click()
    person.says("You have not confirmed your training “Third manual, version 1”")
    assert person.value(PULSE) == "75"
    shell(
        "Membership.objects.filter(user__username='plain').update(ends_on=date.today() - timedelta(days=2))"
    )
    person.page.get_by_role("button", name="Save", exact=True).last.click()
    person.says("Your role coordinator at Site 01 has ended")
    person.says("75")


def test_answer_to_a_query_stays_when_it_may_not_be_sent(sit_down, shell):
    person = typist(sit_down, shell, "answerer")
    shell(
        "from tests.ecrf.queries.builders import asked; from ecrf.casebook.models import Entry;"
        " asked(Entry.objects.select_related('patient__site').filter(patient__number='01-011',"
        " crf='grip-strength', visit__code='W01').get(), User.objects.get(username='monitor'), 'Again?', item='left_1')"
    )
    person.open_visit("01-011", "Week 1 (baseline)")
    text = person.page.locator("[data-answer-text]").first
    text.fill("Yes, read again.")
    shell(
        "Membership.objects.filter(user__username='answerer').update(ends_on=date.today() - timedelta(days=2))"
    )
    person.page.get_by_role("button", name="Answer", exact=True).first.click()
    person.says("Not sent. Your role coordinator at Site 01 has ended")
    assert text.input_value() == "Yes, read again."


@pytest.mark.requirement("R-037")
def test_investigator_delegates_on_the_page(sit_down, shell):
    shell("make_user('newcomer', 'coordinator', Site.objects.get(code='01'))")
    person = sit_down("investigator01")
    person.go("/sites/01/delegation/")
    person.page.select_option("#user", label="Synthetic newcomer, coordinator")
    person.page.get_by_label("Enter data").check()
    if person.page.locator("#sign-username").count():
        person.page.fill("#sign-username", "investigator01")
    person.page.fill("#sign-password", PASSWORD)
    person.page.get_by_role("button", name="Delegate and sign").click()
    person.says("Delegated to Synthetic newcomer")
    assert person.page.locator("tr", has_text="Synthetic newcomer").get_by_text("in force").count() == 1
