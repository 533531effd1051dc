from django.db import migrations

from accounts.trail.append_only import written_once


class Migration(migrations.Migration):

    dependencies = [('accounts', '0001_initial')]

    operations = [written_once('accounts_auditline')]
