"""Every change of a complete form moves the moment on its mark, whoever makes it and however."""

from django.db import migrations

FOLLOW = r"""
CREATE FUNCTION casebook_mark_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE casebook_reviewmark SET changed_at = NEW.at WHERE entry_id = NEW.entry_id;
    RETURN NULL;
END
$$;
-- What was asked, verified, signed or locked about a form is no change of the form.
CREATE TRIGGER casebook_mark_changed AFTER INSERT ON audit_auditevent FOR EACH ROW
    WHEN (NEW.entry_id IS NOT NULL AND split_part(NEW."table", '_', 1)
        NOT IN ('checks', 'queries', 'verification', 'signatures', 'locks'))
    EXECUTE FUNCTION casebook_mark_changed();
"""
BACK = """
DROP TRIGGER casebook_mark_changed ON audit_auditevent;
DROP FUNCTION casebook_mark_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("casebook", "0004_review_marks"), ("audit", "0003_audit_write_of_the_owner")]
    operations = [migrations.RunSQL(FOLLOW, BACK)]
