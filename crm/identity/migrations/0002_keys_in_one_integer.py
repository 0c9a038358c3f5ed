"""The index of the scored engine: packed records, keys in one integer. What it held is told anew from the accounts."""

from django.db import migrations, models

import crm.identity.fields


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.DeleteModel(name="MatchKey"),
        migrations.DeleteModel(name="MatchRecord"),
        migrations.CreateModel(
            name="MatchKey",
            fields=[("entry", crm.identity.fields.RowIdField(primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="MatchRecord",
            fields=[
                ("organisation_id", crm.identity.fields.RowIdField(primary_key=True, serialize=False)),
                ("group_id", models.BigIntegerField(db_index=True)),
                ("is_known", models.BooleanField(default=False)),
                ("line", models.TextField()),
            ],
        ),
    ]
