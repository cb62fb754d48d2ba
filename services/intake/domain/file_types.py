"""Which files are taken as papers, told from their first bytes; what the sender calls them counts for nothing."""

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
MEDIA_TYPES = tuple(media_type for _, media_type in _SIGNATURES)
FILE_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def media_type_of(content: bytes) -> str | None:
    """The media type of a PDF, JPEG or PNG, None for anything else."""
    return next((media_type for signature, media_type in _SIGNATURES if content.startswith(signature)), None)
