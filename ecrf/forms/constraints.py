"""What the database itself refuses in every case report form, by triggers that stand in the migrations."""

from collections.abc import Mapping

import pgtrigger

VALUE_OR_REASON = """
    IF EXISTS (
        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item
        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb
    ) THEN
        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
"""


def value_or_reason() -> pgtrigger.Trigger:
    """The database's own rule: an item has a value, or a missing reason, or neither; never both."""
    return pgtrigger.Trigger(
        name="value_or_reason",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=VALUE_OR_REASON,
    )


LINK_EXISTS = """
    IF NEW.{item} IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM casebook_entry own
        JOIN casebook_entry other ON other.patient_id = own.patient_id
        LEFT JOIN casebook_visit visit ON visit.id = other.visit_id
        WHERE own.id = NEW.entry_id AND other.crf = '{crf}' AND other.parent_id IS NULL
            AND COALESCE(visit.code || '.', '') || other.number = NEW.{item}
    ) THEN
        RAISE EXCEPTION 'The patient has no {crf} %.', NEW.{item} USING ERRCODE = '23503';
    END IF;
"""


def links_exist(links: Mapping[str, str]) -> pgtrigger.Trigger:
    """A link names an entry of the same patient. `links`: {item: CRF key}."""
    tests = "".join(LINK_EXISTS.format(item=item, crf=crf) for item, crf in links.items())
    return pgtrigger.Trigger(
        name="links_exist",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"{tests} RETURN NEW;",
    )
