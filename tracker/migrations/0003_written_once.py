from django.db import migrations

from accounts.trail.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [('tracker', '0002_safety_net'), ('accounts', '0002_audit_lines_are_written_once')]

    operations = [
        append_only('tracker_checkin'),
        append_only('tracker_dose'),
        append_only('tracker_alertstep'),
        append_only('tracker_review'),
    ]
