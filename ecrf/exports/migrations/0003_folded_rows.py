"""Where a cut that is made again keeps what it has read of the trail, until its transaction takes it back.

Not logged, as nothing of it outlives a transaction; no model, as nobody else reads it.
"""

from django.db import migrations

MADE = """
    CREATE UNLOGGED TABLE exports_foldedrow (
        "table" text NOT NULL,
        "row" text NOT NULL,
        chain bigint NOT NULL,
        begun bigint NOT NULL,
        said jsonb NOT NULL,
        ended_position bigint,
        ended_at timestamptz
    );
    CREATE INDEX exports_foldedrow_of ON exports_foldedrow ("table", "row");
    COMMENT ON TABLE exports_foldedrow IS 'Of cuts that are made again: empty but for who writes into it.';
"""


class Migration(migrations.Migration):

    dependencies = [("exports", "0002_file_removed")]

    operations = [migrations.RunSQL(MADE, "DROP TABLE exports_foldedrow")]
