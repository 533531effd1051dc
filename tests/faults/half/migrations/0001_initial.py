"""A table, every patient touched, and then what EBB_FAULT says."""

import os
import time

from django.db import migrations, models


def half_way(apps, schema_editor):
    row = apps.get_model("half", "Later")
    row.objects.bulk_create(row(words=str(n)) for n in range(100))
    if os.environ.get("EBB_FAULT") == "raise":
        raise RuntimeError("half way")
    if os.environ.get("EBB_FAULT") == "wait":
        with open(os.environ["EBB_FAULT_REACHED"], "w") as file:
            file.write("here")
        time.sleep(60)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("tracker", "0001_initial")]
    operations = [
        migrations.CreateModel("Later", [("id", models.BigAutoField(primary_key=True)), ("words", models.CharField(max_length=9))]),
        migrations.RunSQL("UPDATE tracker_patient SET chosen_name = 'half way'", migrations.RunSQL.noop)
        if os.environ.get("EBB_FAULT")
        else migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
        migrations.RunPython(half_way, migrations.RunPython.noop),
    ]
