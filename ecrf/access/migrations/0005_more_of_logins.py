"""The log of logins knows second factors, passkeys, single sign-on, and sessions that were ended."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0004_granted_now'),
    ]

    operations = [
        migrations.AlterField(
            model_name='loginevent',
            name='what',
            field=models.CharField(choices=[('logged-in', 'logged in'), ('passkey', 'logged in with a passkey'), ('single-sign-on', 'logged in by single sign-on'), ('password-right', 'password right, second factor asked for'), ('wrong-code', 'wrong code or passkey of the second factor'), ('recovery-code', 'a recovery code was used'), ('wrong', 'wrong user name or password'), ('locked', 'locked: too many wrong tries'), ('refused', 'refused: still locked'), ('slowed', 'refused: too many wrong tries from this address'), ('logged-out', 'logged out'), ('idle', 'session ended: not used'), ('too-long', 'session ended: its longest time'), ('ended', 'session ended by its owner or an administrator'), ('unlocked', 'unlocked early'), ('confirmed', 'password given again to sign'), ('wrong-to-sign', 'wrong user name or password to sign'), ('confirmed-here', 'password given again to change the account'), ('wrong-here', 'wrong password to change the account'), ('reset-asked', 'a link for a forgotten password asked for'), ('wrong-link', 'a link from a mail that opens nothing')], max_length=20),
        ),
    ]
