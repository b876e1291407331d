"""How another form may stand beside a row, and in which words the page says it."""

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.listings.columns.of_forms import day_choices, stands_at_visits, title_of, usual_days
from ecrf.listings.columns.source import ListingSource
from ecrf.listings.definition import Joined, Keep, Rule

LABELS: dict[Rule, Promise] = {
    Rule.SAME_VISIT: gettext_lazy("of the same visit"),
    Rule.ABOVE: gettext_lazy("the one that the row belongs to"),
    Rule.BELOW: gettext_lazy("those that belong to the row"),
    Rule.NAMED: gettext_lazy("the one that the row names"),
    Rule.NAMING: gettext_lazy("those that name the row"),
    Rule.NEAR: gettext_lazy("of the same days"),
    Rule.FIRST: gettext_lazy("the patient’s first"),
    Rule.LATEST: gettext_lazy("the patient’s latest"),
    Rule.BASELINE: gettext_lazy("of the baseline visit"),
    Rule.ALL: gettext_lazy("all of the patient"),
}
KEEPS: dict[Keep, Promise] = {
    Keep.ALL: gettext_lazy("show rows without one too"),
    Keep.WITH: gettext_lazy("only rows with one"),
    Keep.WITHOUT: gettext_lazy("only rows without one"),
}


def links_between(main: CrfDefinition, other: CrfDefinition) -> tuple[list[str], list[str]]:
    """The items by which the row names the other form, and by which that one names the row."""
    named = [name for name, link in main.links.items() if link.to == other.key]
    naming = [name for name, link in other.links.items() if link.to == main.key]
    return named, naming


def rules_for(source: ListingSource, other: CrfDefinition) -> list[Rule]:
    """Those that can hold between the two, the likeliest first."""
    main = source.definition
    if not source.has_joins or main is other:
        return []
    of_patient = [Rule.LATEST, Rule.FIRST, Rule.ALL]
    if protocol().plan(protocol().baseline) and stands_at_visits(other):
        of_patient.append(Rule.BASELINE)
    if main is None:
        return of_patient
    found = []
    if main.row_of == other.key:
        found.append(Rule.ABOVE)
    if other.row_of == main.key:
        found.append(Rule.BELOW)
    named, naming = links_between(main, other)
    found += [Rule.NAMED] * bool(named) + [Rule.NAMING] * bool(naming)
    if stands_at_visits(main) and stands_at_visits(other):
        found.append(Rule.SAME_VISIT)
    if day_choices(main) and day_choices(other):
        found.append(Rule.NEAR)
    return [*found, *of_patient]


def usual_join(source: ListingSource, form: str) -> Joined:
    """How the form is joined until somebody says otherwise."""
    rules = rules_for(source, CRFS[form])
    return completed(source, Joined(form, rules[0] if rules else Rule.ALL))


def completed(source: ListingSource, joined: Joined) -> Joined:
    """With the days, or the link, that its rule needs and nobody chose."""
    main, other = source.definition, CRFS[joined.form]
    plain = Joined(joined.form, joined.rule, keep=joined.keep)
    if main is None:
        return plain
    if joined.rule == Rule.NEAR:
        of = joined.of if joined.of[0] in day_choices(main) else usual_days(main)
        to = joined.to if joined.to[0] in day_choices(other) else usual_days(other)
        return replace(plain, of=of, to=to, before=joined.before, after=joined.after)
    if joined.rule in (Rule.NAMED, Rule.NAMING):
        links = links_between(main, other)[joined.rule == Rule.NAMING]
        return replace(plain, item=joined.item if joined.item in links else next(iter(links), ""))
    return plain


def fault_of(source: ListingSource, joined: Joined) -> str:
    """Why the form cannot stand beside the rows, in words; "" if it can. What is joined comes from an address."""
    if joined.form not in CRFS:
        return gettext("“%(form)s” is no form of this study (any more).") % {"form": joined.form}
    other, main = CRFS[joined.form], source.definition
    if joined.rule not in rules_for(source, other) or joined.keep not in set(Keep):
        return gettext("%(form)s cannot be joined that way to %(rows)s.") % {
            "form": title_of(other),
            "rows": source.title.lower(),
        }
    if joined.rule in (Rule.NAMED, Rule.NAMING):
        assert main is not None
        if joined.item not in links_between(main, other)[joined.rule == Rule.NAMING]:
            return gettext(
                "%(form)s is joined by “%(item)s”, which is no link between the two (any more)."
            ) % {"form": title_of(other), "item": joined.item}
    if joined.rule == Rule.NEAR:
        assert main is not None
        for definition, (first, last) in ((main, joined.of), (other, joined.to)):
            days = day_choices(definition)
            if first not in days or (last and last not in days):
                return gettext("%(form)s is joined by a day that %(other)s does not have (any more).") % {
                    "form": title_of(other),
                    "other": title_of(definition),
                }
    return ""


SENTENCES: dict[tuple[Rule, str], Promise] = {
    (Rule.SAME_VISIT, Keep.ALL): gettext_lazy("%(form)s: of the same visit as the row."),
    (Rule.SAME_VISIT, Keep.WITH): gettext_lazy("%(form)s: of the same visit as the row; only rows with one."),
    (Rule.SAME_VISIT, Keep.WITHOUT): gettext_lazy(
        "%(form)s: of the same visit as the row; only rows without one."
    ),
    (Rule.ABOVE, Keep.ALL): gettext_lazy("%(form)s: the form that the row belongs to."),
    (Rule.ABOVE, Keep.WITH): gettext_lazy("%(form)s: the form that the row belongs to; only rows with one."),
    (Rule.ABOVE, Keep.WITHOUT): gettext_lazy(
        "%(form)s: the form that the row belongs to; only rows without one."
    ),
    (Rule.BELOW, Keep.ALL): gettext_lazy("%(form)s: those that belong to the row."),
    (Rule.BELOW, Keep.WITH): gettext_lazy("%(form)s: those that belong to the row; only rows with one."),
    (Rule.BELOW, Keep.WITHOUT): gettext_lazy(
        "%(form)s: those that belong to the row; only rows without one."
    ),
    (Rule.FIRST, Keep.ALL): gettext_lazy("%(form)s: the patient’s first, by its day."),
    (Rule.FIRST, Keep.WITH): gettext_lazy("%(form)s: the patient’s first, by its day; only rows with one."),
    (Rule.FIRST, Keep.WITHOUT): gettext_lazy(
        "%(form)s: the patient’s first, by its day; only rows without one."
    ),
    (Rule.LATEST, Keep.ALL): gettext_lazy("%(form)s: the patient’s latest, by its day."),
    (Rule.LATEST, Keep.WITH): gettext_lazy("%(form)s: the patient’s latest, by its day; only rows with one."),
    (Rule.LATEST, Keep.WITHOUT): gettext_lazy(
        "%(form)s: the patient’s latest, by its day; only rows without one."
    ),
    (Rule.BASELINE, Keep.ALL): gettext_lazy("%(form)s: of the baseline visit."),
    (Rule.BASELINE, Keep.WITH): gettext_lazy("%(form)s: of the baseline visit; only rows with one."),
    (Rule.BASELINE, Keep.WITHOUT): gettext_lazy("%(form)s: of the baseline visit; only rows without one."),
    (Rule.ALL, Keep.ALL): gettext_lazy("%(form)s: every one of the patient."),
    (Rule.ALL, Keep.WITH): gettext_lazy("%(form)s: every one of the patient; only rows with one."),
    (Rule.ALL, Keep.WITHOUT): gettext_lazy("%(form)s: every one of the patient; only rows without one."),
    (Rule.NAMED, Keep.ALL): gettext_lazy("%(form)s: the one that the row names in “%(item)s”."),
    (Rule.NAMED, Keep.WITH): gettext_lazy(
        "%(form)s: the one that the row names in “%(item)s”; only rows with one."
    ),
    (Rule.NAMED, Keep.WITHOUT): gettext_lazy(
        "%(form)s: the one that the row names in “%(item)s”; only rows without one."
    ),
    (Rule.NAMING, Keep.ALL): gettext_lazy("%(form)s: those whose “%(item)s” is the row."),
    (Rule.NAMING, Keep.WITH): gettext_lazy(
        "%(form)s: those whose “%(item)s” is the row; only rows with one."
    ),
    (Rule.NAMING, Keep.WITHOUT): gettext_lazy(
        "%(form)s: those whose “%(item)s” is the row; only rows without one."
    ),
    (Rule.NEAR, Keep.ALL): gettext_lazy(
        "%(form)s: where %(days)s lies %(distance)s %(row_days)s of the row."
    ),
    (Rule.NEAR, Keep.WITH): gettext_lazy(
        "%(form)s: where %(days)s lies %(distance)s %(row_days)s of the row; only rows with one."
    ),
    (Rule.NEAR, Keep.WITHOUT): gettext_lazy(
        "%(form)s: where %(days)s lies %(distance)s %(row_days)s of the row; only rows without one."
    ),
}
"""What stands beside a row, and why: {(rule, which rows are shown): a whole sentence}."""


def sentence(source: ListingSource, joined: Joined) -> str:
    """What stands beside a row, and why, for the page."""
    main, other, rule = source.definition, CRFS[joined.form], Rule(joined.rule)
    names = {"form": title_of(other)}
    if rule in (Rule.NAMED, Rule.NAMING):
        assert main is not None
        item = (main if rule == Rule.NAMED else other).items.get(joined.item)
        names["item"] = str(item.verbose_name) if item else joined.item
    if rule == Rule.NEAR:
        assert main is not None
        names |= {"days": _span_words(other, joined.to), "row_days": _span_words(main, joined.of)}
        names["distance"] = _distance(joined)
    return str(SENTENCES[rule, Keep(joined.keep)]) % names


def _span_words(definition: CrfDefinition, days: tuple[str, str]) -> str:
    labels = day_choices(definition)
    first, last = (labels.get(day, day) for day in days)
    if last:
        return gettext("“%(first)s” to “%(last)s”") % {"first": first, "last": last}
    return gettext("“%(day)s”") % {"day": first}


def _distance(joined: Joined) -> str:
    before = ngettext("up to %(number)d day before", "up to %(number)d days before", joined.before)
    after = ngettext("up to %(number)d day after", "up to %(number)d days after", joined.after)
    before, after = before % {"number": joined.before}, after % {"number": joined.after}
    if joined.before and joined.after:
        return gettext("%(before)s or %(after)s") % {"before": before, "after": after}
    if joined.before:
        return gettext("%(before)s or on") % {"before": before}
    return gettext("on or %(after)s") % {"after": after} if joined.after else gettext("on the same days as")
