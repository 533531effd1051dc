from django.db import migrations

from accounts.trail.append_only import written_once


class Migration(migrations.Migration):

    dependencies = [('tracker', '0002_safety_net'), ('accounts', '0002_audit_lines_are_written_once')]

    operations = [
        written_once('tracker_checkin'),
        written_once('tracker_dose'),
        written_once('tracker_alertstep'),
        written_once('tracker_review'),
    ]
