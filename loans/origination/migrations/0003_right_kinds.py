from typing import Any

import django.contrib.postgres.fields
from django.db import migrations, models

# Products that stood in databases before they had to say what they take; others of the time take what they took.
KNOWN = {
    "集体经营性建设用地使用权抵押贷款": ["construction_land"],
    "土地经营权抵押贷款": ["aquaculture", "contracted_land", "four_wastes", "other_contract"],
    "林权抵押贷款": ["forest"],
}


def say_what_they_take(apps: Any, schema_editor: Any) -> None:
    every = sorted(apps.get_model("rulebook", "RightKind").objects.values_list("code", flat=True))
    for product in apps.get_model("origination", "Product").objects.filter(secured_by__in=["right", "combined"]):
        product.right_kinds = KNOWN.get(product.name, every)
        product.save(update_fields=["right_kinds"])


class Migration(migrations.Migration):
    dependencies = [
        ("origination", "0002_paid_out_label"),
        ("rulebook", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="right_kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), blank=True, default=list, size=None
            ),
        ),
        migrations.RunPython(say_what_they_take, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(secured_by__in=["right", "combined"], right_kinds__len__gt=0)
                | (~models.Q(secured_by__in=["right", "combined"]) & models.Q(right_kinds__len=0)),
                name="a_mortgage_product_says_what_it_takes",
            ),
        ),
    ]
