"""Receipts that verification names without asking the service that gave them: both make the code of the same words
(docs/decisions/0134)."""

DOCUMENT, PHOTOGRAPH, DETERMINATION = "document", "photograph", "determination"
# Photographs of the place, the machine or the injury stand under this code: no paper that the checklist asks for.
SCENE = "SCENE"


def words_of_paper(report_id: object, document_code: str, version: int) -> tuple[str, tuple[object, ...]]:
    """The kind of one version of a paper, or of a photograph, and what tells it apart."""
    return PHOTOGRAPH if document_code == SCENE else DOCUMENT, (report_id, document_code, version)
