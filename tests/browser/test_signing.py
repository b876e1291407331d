"""An investigator signs a visit, a coordinator changes a value, the signature breaks, and the visit is signed anew."""

import pytest

from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser
SIGNED = "Signed by Synthetic investigator01"


def to_sign(person):
    """On Today, the missed week 4 of the patient who is there for this test: others have visits to sign too."""
    of_patient = person.page.locator(".card-to-sign li").filter(has_text="01-010")
    return of_patient.get_by_role("link", name="Week 4").first


def sign(person, *, with_user_name: bool) -> None:
    if person.page.locator("[name=declares]").count():
        person.page.check("[name=declares]")
    if with_user_name:
        person.page.fill("#sign-username", person.user)
    else:
        assert person.page.locator("#sign-username").count() == 0
    person.page.fill("#sign-password", PASSWORD)
    person.page.keyboard.press("Enter")


@pytest.mark.requirement("R-034")
def test_visit_is_signed_broken_by_a_change_and_signed_anew(sit_down, shots):
    # In a session of its own: whoever has signed something in one is asked for the password alone.
    doctor, nurse = sit_down("investigator01", locale="en-GB"), sit_down("coordinator01")
    doctor.go("/")
    to_sign(doctor).click()
    doctor.says("I have reviewed the data of this visit")
    doctor.page.screenshot(path=shots / "sign.png", full_page=True)
    doctor.page.check("[name=declares]")
    doctor.page.fill("#sign-username", "investigator01")
    doctor.page.fill("#sign-password", "wrong")
    doctor.page.keyboard.press("Enter")
    doctor.says("Nothing was signed")
    assert doctor.page.is_checked("[name=declares]")
    sign(doctor, with_user_name=True)
    doctor.says(SIGNED)
    doctor.page.screenshot(path=shots / "signed.png", full_page=True)

    address = doctor.page.url.partition("sign/")[0]
    nurse.page.goto(address)
    nurse.page.locator("#page-form").wait_for()
    nurse.says(SIGNED)
    nurse.type_in("visit-1-missed_reason", "On holiday")
    nurse.page.get_by_role("button", name="Transcription error").click()
    nurse.page.get_by_role("button", name="Save with this reason").click()
    nurse.saved()
    nurse.page.reload()
    nurse.says("what stands now is not signed")
    nurse.says("→ On holiday, by coordinator01")
    nurse.page.screenshot(path=shots / "signature-broken.png", full_page=True)

    doctor.go("/")
    doctor.page.locator(".card-to-sign").get_by_text("broken").first.wait_for()
    to_sign(doctor).click()
    doctor.says("what stands now is not signed")
    sign(doctor, with_user_name=False)
    doctor.says(SIGNED)
    doctor.page.get_by_text("Signatures that were broken: 1").click()
    doctor.says("Transcription error")
