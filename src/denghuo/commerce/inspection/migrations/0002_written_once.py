"""What was seen, told and reported is written once; a case that was decided keeps its evidence and its lines."""

from django.db import migrations

from denghuo.foundation.database.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("inspection", "0001_initial")]

    operations = [
        protect("inspection_evidence"),
        protect("inspection_recheck"),
        protect("inspection_extension"),
        protect("inspection_authorityreport"),
        protect("inspection_dutytick"),
    ]
