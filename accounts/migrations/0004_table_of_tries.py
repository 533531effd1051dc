"""The table in which tries are counted: the cache of config/settings.py, shared by all processes."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE IF EXISTS tries")


class Migration(migrations.Migration):

    dependencies = [("accounts", "0003_sign_in_on_devices")]

    operations = [migrations.RunPython(make, drop)]
