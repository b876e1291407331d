"""Runs every measurement in one go and prints one table; exit code 1 if a limit is broken.

`python -m tests.bench pages` measures no more than a save and the pages of visits and patients, at the site and in
Review;
`python -m tests.bench languages` pages in Japanese and Chinese beside the same in English;
`python -m tests.bench exports` what it costs to take the data of a thousand patients out;
`python -m tests.bench outcomes` the page of the outcomes of thirteen patients and of a thousand;
`python -m tests.bench people` the list of people at ten accounts and at two thousand;
`python -m tests.bench logins` a login with and without a second factor;
`python -m tests.bench grid` the grid of thirteen patients and of five hundred;
`python -m tests.bench listings` a listing of five hundred rows and of ten thousand;
`python -m tests.bench files` the memory of a worker while a source copy of 20 MB comes;
`python -m tests.bench moving` a form and a visit that are moved;
`python -m tests.bench imports` ten thousand laboratory results from a file;
`python -m tests.bench audit` a thousand rows altered past the triggers, of which verification names each.
"""

import sys
import time
from collections.abc import Iterator

from tests.bench.serving import Server, database, server, use
from tests.bench.table import Line, progress, show, told


def main(part: str = "") -> int:
    measure = {
        "": _measure,
        "pages": _measure_pages,
        "languages": _measure_languages,
        "exports": _measure_exports,
        "outcomes": _measure_outcomes,
        "people": _measure_people,
        "logins": _measure_logins,
        "grid": _measure_grid,
        "listings": _measure_listings,
        "files": _measure_files,
        "moving": _measure_moving,
        "imports": _measure_imports,
        "audit": _measure_audit,
    }[part]
    start = time.perf_counter()
    progress("PostgreSQL, migrations, static files")
    with database() as env:
        use(env)
        lines = []
        for line in measure(env):
            progress(f"  {line.what}: {line.measured}  {line.verdict}")
            lines.append(line)
    print(show(lines))
    broken = sum(line.ok is False for line in lines)
    print(
        f"\n{broken or 'No'} limit{'s' * (broken != 1)} broken. It took {time.perf_counter() - start:.0f} s."
    )
    return 1 if broken else 0


def _measure(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench import (
        crowd,
        grid,
        languages,
        moving,
        pages,
        review,
        review_home,
        review_seeding,
        saves,
        seeding,
    )

    progress("two sites with 13 patients each, through the services")
    study = seeding.seed()
    progress("statements of a save")
    yield from saves.count_saves(study)
    progress("fifty items verified and fifty queries closed by key")
    yield from review.count_keys(study)
    yield from review.count_closing(study)
    progress("a form and a visit moved")
    yield from moving.measure_moving(study)
    with server(env) as running:
        yield told("start-up to the first healthy answer", f"{running.started_in:.1f} s")
        yield from _measure_server(running, study)
    progress("10,000 patients, by bulk")
    took = crowd.grow(study.large)
    yield told("seeding: 10,000 patients by bulk with the audit triggers", f"{took:.0f} s")
    progress("statements and writes of the pages")
    yield from pages.count_visit_pages(study)
    yield from pages.count_patient_pages(study)
    yield from pages.count_writes(study)
    progress("pages in each language")
    yield from languages.measure_languages(study)
    with server(env) as running:
        yield from _measure_growth(running, study)
    progress("500 patients to review, by bulk")
    few, many, words = review_seeding.seed_review(study.small)
    yield told("seeding: a site to review, by bulk with the triggers", words)
    progress("the review home and the lists at 13 and at 500 patients")
    with server(env) as running:
        yield from review_home.measure_review(running.port, few, many)
        yield from grid.measure_grid(running.port, few, many)
    yield from _measure_listings(env)


def _measure_pages(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench import languages, pages, review, saves, seeding, weight
    from tests.bench.browsing import Browser

    progress("two sites with 13 patients each, through the services")
    study = seeding.seed()
    yield from review.count_keys(study)
    yield from review.count_closing(study)
    yield from pages.count_visit_pages(study)
    yield from pages.count_patient_pages(study)
    yield from languages.measure_languages(study)
    with server(env) as running:
        browser = Browser(running.port).log_in("coordinator01")
        yield from saves.measure_saves(browser, study)
        yield from pages.measure_visit_pages(browser, study)
        yield from pages.measure_review_pages(browser, Browser(running.port).log_in("monitor"), study)
        yield from review.measure_queue(Browser(running.port).log_in("monitor"), study)
        yield from weight.measure_weight(browser, study.small.numbers[0])
        progress("the same pages by the tables' owner, whom no policy binds")
        with server(env, as_owner=True) as unbound:
            owner = Browser(unbound.port).log_in("coordinator01")
            yield from pages.measure_policies(browser, owner, study)


def _measure_languages(_env: dict[str, str]) -> Iterator[Line]:
    from tests.bench import languages, seeding

    progress("two sites with 13 patients each, through the services")
    yield from languages.measure_languages(seeding.seed())


def _measure_exports(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench.exports import formats, patients, whole

    progress("1,000 patients with 18 visits each, by bulk")
    numbers, words = patients.seed_patients()
    yield told("seeding: patients to export, by bulk with the audit triggers", words)
    progress("rows per second of each format, and its memory")
    yield from formats.measure_formats(numbers)
    progress("ODM, a data cut made again, a casebook")
    yield from whole.measure_odm(numbers)
    yield whole.measure_rebuild(numbers)
    yield from whole.measure_comparison(numbers)
    yield whole.measure_casebook()


def _measure_outcomes(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench.outcomes import page, patients

    progress("the synthetic study of thirteen patients, row by row")
    by = patients.seed_study()
    few = page.measure(by)
    progress("the same copied to a thousand patients, by SQL")
    yield told("seeding: patients with outcomes, by SQL with the audit triggers", patients.grow())
    progress("the page made anew")
    yield from page.compare(few, page.measure(by))


def _measure_people(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench.people import page

    progress("ten accounts")
    by = page.seed()
    few = {url: page.measure(by, url) for url in page.URLS}
    progress("two thousand accounts, by bulk with the audit triggers")
    page.grow()
    for url in page.URLS:
        yield from page.compare(url, few[url], page.measure(by, url))


def _measure_logins(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench import logins

    plain, second = logins.seed_people()
    phone = logins.Phone(second)
    progress("statements of a login")
    yield from logins.count_logins(plain, phone)
    with server(env) as running:
        progress("logins, with and without a code")
        yield from logins.measure_logins(running.port, plain, phone)


def _measure_grid(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench import grid, review_seeding, seeding

    progress("two sites with 13 patients each, through the services")
    study = seeding.seed()
    progress("500 patients to review, by bulk")
    few, many, words = review_seeding.seed_review(study.small)
    yield told("seeding: a site to review, by bulk with the triggers", words)
    progress("the grid at 13 and at 500 patients")
    with server(env) as running:
        yield from grid.measure_grid(running.port, few, many)


def _measure_listings(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench import listings

    progress("10,500 visits, by bulk")
    few, many, words = listings.seed_listings()
    yield told("seeding: two sites to list, by bulk with the triggers", words)
    progress("a listing at 500 rows and at 10,000")
    with server(env) as running:
        yield from listings.measure_listings(running.port, few, many)


def _measure_files(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench import files

    number = files.seed()
    with server(env) as running:
        progress("a source copy of 20 MB")
        yield from files.measure_upload(running, number)


def _measure_moving(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench import moving, seeding

    progress("two sites with 13 patients each, through the services")
    study = seeding.seed()
    progress("a form and a visit moved")
    yield from moving.measure_moving(study)


def _measure_imports(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench.imports import results

    progress("ten thousand laboratory results, brought as a file")
    yield from results.measure_results()


def _measure_audit(env: dict[str, str]) -> Iterator[Line]:
    from tests.bench import audit

    progress("two synthetic patients, and a row in every table")
    audit.seed()
    progress("a thousand rows altered past the triggers")
    yield from audit.measure_audit()


def _measure_server(running: Server, study: object) -> Iterator[Line]:
    from tests.bench import pages, review, saves, trail, weight
    from tests.bench.browsing import Browser

    browser = Browser(running.port).log_in("coordinator01")
    progress("saves beside the reference")
    yield from saves.measure_saves(browser, study)
    progress("saves of eight clients")
    yield from saves.measure_crowded_saves(browser, study)
    progress("visit pages beside the reference")
    yield from pages.measure_visit_pages(browser, study)
    progress("the same visits in Review, and the queue of queries")
    yield from pages.measure_review_pages(browser, Browser(running.port).log_in("monitor"), study)
    yield from review.measure_queue(Browser(running.port).log_in("monitor"), study)
    yield from weight.measure_weight(browser, study.small.numbers[0])
    memory = ", ".join(f"{mb:.0f}" for mb in running.worker_memory_mb())
    yield told("memory of each worker after that (PSS)", f"{memory} MB")
    progress("the audit trail's cost")
    yield from trail.measure_trail(study)


def _measure_growth(running: Server, study: object) -> Iterator[Line]:
    from tests.bench import pages, trail_read
    from tests.bench.browsing import Browser

    progress("Today and Patient at 13 and at 10,000 patients")
    small = Browser(running.port).log_in("coordinator01")
    large = Browser(running.port).log_in("coordinator02")
    yield from pages.measure_growth(small, large, study)
    progress("reading the trail of ten thousand events")
    yield from trail_read.measure_trail_read(large, study)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
