from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_alter_membership_role")]

    operations = [
        migrations.RenameField("notice", "text", "phrase"),
        migrations.AddField("notice", "words", models.JSONField(default=dict)),
    ]
