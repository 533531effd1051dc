from django.db import migrations, models


class Migration(migrations.Migration):
    """A nullable column without a default is added in place on SQLite too, so the triggers of both tables stay."""

    dependencies = [('tracker', '0008_void_a_dose')]

    operations = [
        migrations.AddField('checkin', 'clock_offset_s', models.IntegerField(blank=True, null=True)),
        migrations.AddField('dose', 'clock_offset_s', models.IntegerField(blank=True, null=True)),
    ]
