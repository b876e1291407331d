"""How another form may stand beside a row, and in which words the page says it."""

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ecrf.casebook.labels import counted
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
        return f"“{joined.form}” is no form of this study (any more)."
    other, main = CRFS[joined.form], source.definition
    if joined.rule not in rules_for(source, other) or joined.keep not in set(Keep):
        return f"{title_of(other)} cannot be joined that way to {source.title.lower()}."
    if joined.rule in (Rule.NAMED, Rule.NAMING):
        assert main is not None
        if joined.item not in links_between(main, other)[joined.rule == Rule.NAMING]:
            return f"{title_of(other)} is joined by “{joined.item}”, which is no link between the two (any more)."
    if joined.rule == Rule.NEAR:
        assert main is not None
        for definition, (first, last) in ((main, joined.of), (other, joined.to)):
            days = day_choices(definition)
            if first not in days or (last and last not in days):
                return f"{title_of(other)} is joined by a day that {title_of(definition)} does not have (any more)."
    return ""


def sentence(source: ListingSource, joined: Joined) -> str:
    """What stands beside a row, and why, for the page."""
    other = CRFS[joined.form]
    title = title_of(other)
    rule = Rule(joined.rule)
    words = {
        Rule.SAME_VISIT: f"{title}: of the same visit as the row",
        Rule.ABOVE: f"{title}: the form that the row belongs to",
        Rule.BELOW: f"{title}: those that belong to the row",
        Rule.FIRST: f"{title}: the patient’s first, by its day",
        Rule.LATEST: f"{title}: the patient’s latest, by its day",
        Rule.BASELINE: f"{title}: of the baseline visit",
        Rule.ALL: f"{title}: every one of the patient",
    }
    if rule in words:
        return f"{words[rule]}{_kept(joined)}."
    main = source.definition
    assert main is not None
    if rule in (Rule.NAMED, Rule.NAMING):
        item = (main if rule == Rule.NAMED else other).items.get(joined.item)
        label = item.verbose_name if item else joined.item
        how = (
            f"the one that the row names in “{label}”"
            if rule == Rule.NAMED
            else f"those whose “{label}” is the row"
        )
        return f"{title}: {how}{_kept(joined)}."
    of, to = _span_words(main, joined.of), _span_words(other, joined.to)
    return f"{title}: where {to} lies {_distance(joined)} {of} of the row{_kept(joined)}."


def _span_words(definition: CrfDefinition, days: tuple[str, str]) -> str:
    labels = day_choices(definition)
    first, last = (labels.get(day, day) for day in days)
    return f"“{first}” to “{last}”" if last else f"“{first}”"


def _distance(joined: Joined) -> str:
    if not (joined.before or joined.after):
        return "on the same days as"
    parts = [f"up to {counted(joined.before, 'day')} before"] if joined.before else ["on"]
    parts.append(f"up to {counted(joined.after, 'day')} after" if joined.after else "on")
    return " or ".join(dict.fromkeys(parts)) if joined.after else f"{parts[0]} or on"


def _kept(joined: Joined) -> str:
    return {Keep.WITH: "; only rows with one", Keep.WITHOUT: "; only rows without one"}.get(
        Keep(joined.keep), ""
    )
