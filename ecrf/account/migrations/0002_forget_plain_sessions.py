"""Sessions that version 0.1.0 kept without an owner: nothing reads or clears them since accounts list their own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0001_sessions_links_factors"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM django_session", migrations.RunSQL.noop),
    ]
