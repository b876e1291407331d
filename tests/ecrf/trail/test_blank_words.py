"""No value, and the word “blank” that somebody typed, look different wherever a change is told."""

from tests.builders import a_patient, enter

NOTHING, TYPED = '<i class="no-value">blank</i>', "blank"


def test_trail_and_history_tell_no_value_from_the_word(site, coordinator, client):
    patient = a_patient(site, coordinator)
    enter(patient, "adverse-event", coordinator, term="blank")
    enter(patient, "adverse-event", coordinator, term="")
    client.force_login(coordinator)
    trail = client.get(f"/patients/{patient.number}/trail/").content.decode()
    history = client.get(
        f"/patients/{patient.number}/casebook/adverse-event/1/term/history/"
    ).content.decode()
    for page in (trail, history):
        assert page.count(NOTHING) >= 1
        assert page.replace(NOTHING, "").count(TYPED) >= 1
