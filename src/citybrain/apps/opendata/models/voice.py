"""What people say about data: remarks, stars, what they made of it. Nothing is shown before a person has looked at it."""

from django.db import models

from citybrain.kernel.ids import new_id

STATES = [(w, w) for w in ("waiting", "shown", "refused")]


class Comment(models.Model):
    """One remark on a dataset. ``author`` is the masked name that is shown; ``reports`` counts complaints of readers."""

    id = models.UUIDField(primary_key=True, default=new_id)
    dataset = models.ForeignKey("opendata.OpenDataset", on_delete=models.CASCADE, related_name="comments")
    account_id = models.UUIDField(db_index=True)
    author = models.CharField(max_length=40)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=STATES, default="waiting", db_index=True)
    at = models.DateTimeField()
    reports = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True)
    moderated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]

    class Privacy:
        personal: list[str] = ["account_id", "author", "text"]

    def __str__(self) -> str:
        return str(self.pk)


class Score(models.Model):
    """One person's stars (1–5) for a dataset."""

    dataset = models.ForeignKey("opendata.OpenDataset", on_delete=models.CASCADE, related_name="stars_given")
    account_id = models.UUIDField()
    stars = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "account_id"], name="opendata_score_once")]

    class Privacy:
        personal: list[str] = ["account_id"]

    def __str__(self) -> str:
        return str(self.stars)


class Reuse(models.Model):
    """Something made with open data."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account_id = models.UUIDField(db_index=True)
    title = models.CharField(max_length=120)
    about = models.TextField()
    address = models.CharField(max_length=300)
    datasets = models.ManyToManyField("opendata.OpenDataset", related_name="reuses")
    state = models.CharField(max_length=10, choices=STATES, default="waiting", db_index=True)
    at = models.DateTimeField()
    moderated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]

    class Privacy:
        personal: list[str] = ["account_id"]

    def __str__(self) -> str:
        return self.title
