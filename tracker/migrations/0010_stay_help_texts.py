from django.db import migrations, models


class Migration(migrations.Migration):
    """What a form says beside two facts of a stay stands at their columns. No table is touched."""

    dependencies = [('tracker', '0009_device_clock')]

    operations = [
        migrations.AlterField(
            'episode',
            'usual_pain',
            models.CharField(
                'usual pain', blank=True, max_length=200,
                help_text='Pain they live with anyway. COWS counts only what is more than this.',
            ),
        ),
        migrations.AlterField(
            'episode',
            'what_helps',
            models.CharField(
                'what helps me', blank=True, max_length=200,
                help_text="In the patient's own words, one line. Staff see it at the worst hour.",
            ),
        ),
    ]
