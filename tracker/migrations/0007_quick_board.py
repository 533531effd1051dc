from django.db import migrations, models


def unindexed(table: str, column: str, name: str) -> migrations.RunSQL:
    """Drop an index nobody looks anything up by. In SQL: to change the field, SQLite would copy the whole table."""
    like = f"{name}_like"
    return migrations.RunSQL(
        [f'DROP INDEX IF EXISTS "{name}"', f'DROP INDEX IF EXISTS "{like}"'],
        [f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table}" ("{column}")'],
    )


def without_index(model: str, name: str, field: models.Field, sql: migrations.RunSQL) -> migrations.SeparateDatabaseAndState:
    return migrations.SeparateDatabaseAndState(
        database_operations=[sql], state_operations=[migrations.AlterField(model, name, field)]
    )


class Migration(migrations.Migration):
    """What the board asks for every half minute is found at once, and a check-in is kept without indexes nobody uses."""

    dependencies = [("tracker", "0006_handout")]

    operations = [
        migrations.AddIndex("episode", models.Index(fields=["ward", "ended_at"], name="who_is_on_the_ward")),
        migrations.AddIndex(
            "alertstep",
            models.Index(fields=["alert"], condition=models.Q(recheck_at__isnull=False), name="promises_to_look_again"),
        ),
        without_index(
            "checkin", "instrument", models.SlugField(db_index=False),
            unindexed("tracker_checkin", "instrument", "tracker_checkin_instrument_cafcd531"),
        ),
        without_index(
            "checkin", "band", models.SlugField(blank=True, db_index=False),
            unindexed("tracker_checkin", "band", "tracker_checkin_band_eecdd312"),
        ),
        without_index(
            "dose", "medicine", models.SlugField(db_index=False),
            unindexed("tracker_dose", "medicine", "tracker_dose_medicine_8fcab89e"),
        ),
    ]
