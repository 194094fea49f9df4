"""好差评: what a person thought of one case (国办发〔2019〕51号; grades of GB/T 39046)."""

from django.db import models

from citybrain.kernel.ids import new_id


class Rating(models.Model):
    """One voluntary rating of one case; 一事一评, so one row a case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case_id = models.UUIDField(unique=True)
    case_no = models.CharField(max_length=50)
    matter = models.CharField(max_length=120)
    matter_name = models.JSONField(default=dict)
    organisation = models.CharField(max_length=64)
    division = models.CharField(max_length=12, blank=True)
    handler_post_id = models.UUIDField(null=True)
    grade = models.PositiveSmallIntegerField()
    tags = models.JSONField(default=list)
    text = models.TextField(blank=True)
    anonymous = models.BooleanField(default=False)
    channel = models.CharField(max_length=12)
    rater_person_id = models.UUIDField(null=True)
    rated_at = models.DateTimeField()
    rectification_case_id = models.UUIDField(null=True)
    rectify_due_at = models.DateTimeField(null=True)
    rectified_at = models.DateTimeField(null=True)
    excluded = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["rated_at", "grade"], name="services_rating_when"),
            models.Index(fields=["organisation", "rated_at"], name="services_rating_org"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(grade__gte=1, grade__lte=5), name="grade_one_to_five")
        ]

    class Privacy:
        personal = ["rater_person_id", "text"]

    def __str__(self) -> str:
        return f"{self.case_no} {self.grade}"
