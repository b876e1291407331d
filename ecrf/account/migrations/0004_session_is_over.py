"""A session that ends takes along whose it was. Of the secret of a session the database keeps a hash from now on: the
sessions of before fit no secret any more, and everybody logs in once."""

from ecrf.audit.functions import install
from django.db import migrations

FORGET = "DELETE FROM account_usersession"
BACK = "DROP TRIGGER IF EXISTS account_session_is_over ON account_usersession; DROP FUNCTION IF EXISTS account_session_is_over()"


class Migration(migrations.Migration):

    rewrites = {"account_usersession": "everybody logs in anew, as the database keeps only hashes of sessions' secrets"}

    dependencies = [
        ('account', '0003_passwords_set'),
        ('access', '0008_session_person'),
    ]

    operations = [
        migrations.RunSQL(FORGET, BACK),
        install("account/sql/session.sql"),
    ]
