"""Two administrators also on what opens the account of who administers or signs."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="administratorrequest",
            name="email",
            field=models.EmailField(
                help_text="The new address; empty: none any more", max_length=254, null=True
            ),
        ),
        migrations.AlterField(
            model_name="administratorrequest",
            name="act",
            field=models.CharField(
                choices=[
                    ("give", "give the administrator role"),
                    ("end", "end the administrator role"),
                    ("address", "change the e-mail address"),
                    ("factor", "take the second factor away"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="administratorrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("act", "address"), ("email__isnull", True), _connector="OR"),
                name="administrator_request_email_of_address",
            ),
        ),
    ]
