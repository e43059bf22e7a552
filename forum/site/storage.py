"""Static files: a content hash in the name, compressed ahead; a site whose files were not collected yet still renders."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """As WhiteNoise's, but a file that was not collected keeps its plain name, so that every command works at once."""

    manifest_strict = False

    def hashed_name(self, name: str, content: object = None, filename: str | None = None) -> str:
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:  # raised by Django for a file that is not in STATIC_ROOT
            return name
