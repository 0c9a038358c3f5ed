from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='sealedevent',
            name='mark',
            field=models.BinaryField(default=b'', help_text='Keyed hash: names the one forged among many.', max_length=16),
            preserve_default=False,
        ),
    ]
