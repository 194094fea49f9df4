"""Static files with their content's hash in the name, compressed, never looked up anywhere else."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """As whitenoise's, but references to source maps are left alone: packages ship scripts that name absent maps."""

    patterns = tuple(
        (suffix, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for suffix, rules in CompressedManifestStaticFilesStorage.patterns
    )
