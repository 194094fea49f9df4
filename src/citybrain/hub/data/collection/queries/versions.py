"""What a run was settled to do: the collection's version it began under, whatever was changed since."""

from citybrain.hub.data.models import CollectionRun, CollectionVersion


def as_settled(run: CollectionRun) -> CollectionRun:
    """The run with its collection as it was settled when it began. The collection is not to be saved like this."""
    kept = CollectionVersion.objects.filter(collection=run.collection_id, number=run.version).first()
    if kept is not None and run.version != run.collection.version:
        for name, value in kept.settled.items():
            setattr(run.collection, name, value)
    return run
