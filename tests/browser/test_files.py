"""A source copy is blacked out in the browser, by pointer and by keyboard, and stands in Review beside its item."""

import io
from pathlib import Path

import numpy
import pikepdf
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.requirement("R-133")]

SIZE = 850, 1100


def picture(words: str = "") -> Image.Image:
    image = Image.new("RGB", SIZE, "white")
    ImageDraw.Draw(image).text((100, 120), words or "Synthetic, Name", fill="red", font_size=40)
    return image


def files(folder: Path) -> dict[str, Path]:
    """The same page as each kind of file that is taken, and some that are not."""
    made = {}
    for ending, form in (("png", "PNG"), ("jpg", "JPEG"), ("tif", "TIFF")):
        made[ending] = folder / f"page.{ending}"
        picture().save(made[ending], form)
    made["pdf"] = folder / "two pages.pdf"
    picture("Synthetic one").save(
        made["pdf"], "PDF", save_all=True, append_images=[picture("Synthetic two")], resolution=100
    )
    with pikepdf.open(made["pdf"], allow_overwriting_input=True) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('run')")
        )
        pdf.save()
    for name, content in {
        "svg.png": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "scan.dcm": b"\0" * 128 + b"DICM",
        "bomb.pdf": b"PK\x03\x04" + b"\0" * 50,
        "broken.pdf": b"%PDF-1.7\nnothing",
        "empty.pdf": b"",
    }.items():
        made[name] = folder / name
        made[name].write_bytes(content)
    return made


def stored_page(page, number: int) -> Image.Image:
    source = page.locator(".file-pages img").nth(number).get_attribute("src")
    answer = page.context.request.get(page.url.split("/files/")[0] + source)
    return Image.open(io.BytesIO(answer.body())).convert("RGB")


def red_in(image: Image.Image) -> int:
    """Dots of the name that is to be blacked out."""
    red, green, blue = numpy.asarray(image).transpose(2, 0, 1)
    return int(((red > 150) & (green < 100) & (blue < 100)).sum())


def drag(page, *points: tuple[float, float]) -> None:
    """Over the page, in parts of its width and height."""
    canvas = page.locator("[data-canvas]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


@pytest.mark.requirement("R-137")
def test_name_is_blacked_out_by_pointer_and_by_keyboard_and_nothing_of_it_is_sent(sit_down, tmp_path):
    person, made = sit_down("coordinator01"), files(tmp_path)
    page = person.page
    person.go("/patients/01-007/files/add/")
    assert violations(page) == []
    bodies: list[bytes] = []
    page.on(
        "request", lambda sent: bodies.append(sent.post_data_buffer or b"") if sent.method == "POST" else None
    )
    page.set_input_files("#chosen", made["pdf"])
    expect(page.locator("[data-page-of]")).to_have_text("1 of 2")
    drag(page, (0.1, 0.1), (0.7, 0.16))
    expect(page.locator(".blackout-box")).to_have_count(1)
    drag(page, (0.5, 0.2), (0.6, 0.25))
    page.click("[data-do=undo]")
    expect(page.locator(".blackout-box")).to_have_count(1)
    page.click("[data-do=turn]")
    for _ in range(3):
        page.click("[data-do=turn]")
    page.click("[data-save]")  # not every page was looked at yet
    expect(page.locator("[data-trouble]")).to_contain_text("Page 2 was not looked at yet")
    page.locator("[data-page]").focus()
    page.keyboard.press("b")
    for key in ("ArrowUp",) * 28 + ("Shift+ArrowRight",) * 28 + ("Shift+ArrowDown",) * 4:
        page.keyboard.press(key)
    page.keyboard.press("ArrowDown")
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    for _ in range(18):
        page.keyboard.press("Shift+ArrowDown")
    assert violations(page) == []
    page.fill("#title", "Synthetic report")
    page.click("[data-save]")
    expect(page.locator("[data-trouble]")).to_contain_text("confirm that no name")
    page.check("[name=confirmed]")
    page.click("[data-save]")
    expect(page.locator("h1")).to_have_text("Synthetic report", timeout=30_000)
    assert violations(page) == []
    assert [red_in(stored_page(page, number)) for number in (0, 1)] == [0, 0]
    assert bodies
    assert not any(b"%PDF" in body for body in bodies)
    expect(page.locator("td[data-label='Blacked out']")).to_have_text("2 places")


@pytest.mark.parametrize("kind", ["png", "jpg", "tif"])
def test_each_kind_of_picture_is_opened(sit_down, tmp_path, kind):
    person = sit_down("coordinator01")
    page = person.page
    person.go("/patients/01-007/files/add/")
    page.set_input_files("#chosen", files(tmp_path)[kind])
    expect(page.locator("[data-page-of]")).to_have_text("1 of 1")
    dots = page.evaluate(
        "() => { const c = document.querySelector('[data-canvas]');"
        " return [c.width, c.height, ...c.getContext('2d').getImageData(5, 5, 1, 1).data] }"
    )
    assert dots[:2] == list(SIZE)
    assert min(dots[2:]) > 240
    assert person.complaints == []


def test_other_files_are_refused_in_words_whatever_their_names(sit_down, tmp_path):
    person, made = sit_down("coordinator01"), files(tmp_path)
    page = person.page
    person.go("/patients/01-007/files/add/")
    for name, words in {
        "svg.png": "SVG, HTML or XML",
        "scan.dcm": "DICOM",
        "bomb.pdf": "ZIP",
        "broken.pdf": "broken",
        "empty.pdf": "empty",
    }.items():
        page.set_input_files("#chosen", made[name])
        expect(page.locator("[data-trouble]")).to_contain_text(words)
        expect(page.locator("[data-step='2']")).to_be_hidden()
    assert person.complaints == []


def test_without_script_the_page_says_why_nothing_can_be_sent(sit_down):
    person = sit_down("coordinator01", java_script_enabled=False)
    person.go("/patients/01-007/files/add/")
    expect(person.page.get_by_text("This page needs JavaScript")).to_be_visible()
    expect(person.page.locator("[data-blackout]")).to_be_hidden()


@pytest.fixture
def large(tmp_path) -> Path:
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7 synthetic\n")
        file.truncate(40_000_000)
    return path


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("address", "title"), [("/sites/01/documents/add/", "title"), ("/imports/new/", "id_source_system")]
)
def test_file_that_is_too_large_is_told_in_words_and_what_was_typed_stays(
    sit_down, large, address, title, script
):
    seat = sit_down("coordinator01", java_script_enabled=script)
    seat.go(address)
    page = seat.page
    page.fill(f"#{title}", "Synthetic laboratory")
    page.set_input_files("input[type=file]", large)
    if script:
        expect(page.locator("input[type=file] + .note-error")).to_contain_text("at most 25 MB are taken")
    page.get_by_role("button", name="Save it").or_(page.get_by_role("button", name="Look at it")).click()
    if not script:
        expect(page.get_by_role("heading", level=1)).to_contain_text("too large", timeout=20_000)
        page.go_back()
    expect(page.locator(f"#{title}")).to_have_value("Synthetic laboratory")
