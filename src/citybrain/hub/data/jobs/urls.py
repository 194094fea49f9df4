"""Addresses of long work under /data/jobs/."""

from django.urls import path

from citybrain.hub.data.jobs.views import pages

urlpatterns = [
    path("jobs/", pages.jobs, name="jobs"),
    path("jobs/<uuid:job_id>/", pages.job, name="job"),
    path("jobs/<uuid:job_id>/wish/", pages.wish, name="job_wish"),
]
