import os

from django.db import migrations

SITES = "COMMENT ON TABLE access_site IS 'later'"
WHAT = {
    "describes a table": [SITES],
    "fails at the end": [SITES, "SELECT 1 / 0"],
    "deletes rows": [
        "ALTER TABLE access_site DISABLE TRIGGER USER",
        "DELETE FROM access_site",
        "ALTER TABLE access_site ENABLE TRIGGER USER",
    ],
    "alters past the trail": [
        "ALTER TABLE access_site DISABLE TRIGGER USER",
        "UPDATE access_site SET name = 'Another'",
        "ALTER TABLE access_site ENABLE TRIGGER USER",
    ],
    "alters within the trail": [
        "SELECT set_config('ecrf.actor', 'system', true)",
        "UPDATE access_site SET name = 'Another'",
    ],
    "drops a column": ["ALTER TABLE access_site DROP COLUMN name"],
    "cuts the trail": [
        "ALTER TABLE audit_auditevent DISABLE TRIGGER USER",
        "DELETE FROM audit_auditevent",
        "ALTER TABLE audit_auditevent ENABLE TRIGGER USER",
    ],
}


def do(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in WHAT[os.environ["LATER"]]:
            cursor.execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunPython(do)]
