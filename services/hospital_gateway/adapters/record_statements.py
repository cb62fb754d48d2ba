"""The SQL of a hospital's records. $1 is the organisation everywhere, beside row-level security."""

# The conditions `> ''` always hold. PostgreSQL counts on ten rows from arrays that it does not know yet, takes a plan
# for any arrays to be dear, and so plans anew for each Bundle, which costs twice what the look-up does. With them it
# counts on one row and keeps its plan, which is the same.
PREPARE = """
SELECT (SELECT region_code FROM registered_partner WHERE org = $1) AS region_code,
       earlier.sealed_response, earlier.id AS receipt_id,
       ARRAY(SELECT i.type || ' ' || i.token || ' ' || i.resource_id
               FROM unnest($5::text[], $6::text[]) AS asked(type, token)
               JOIN resource_identifier i ON i.org = $1 AND i.type = asked.type AND i.token = asked.token
              WHERE asked.type > '' AND asked.token > '') AS holders
  FROM (SELECT 1) AS one
  LEFT JOIN bundle_receipt earlier ON earlier.org = $1 AND earlier.client_id = $2 AND earlier.sha256 = $3
                                  AND earlier.received_at > $4
"""
HELD = """
SELECT r.* FROM unnest($2::text[], $3::uuid[]) AS asked(type, id)
  JOIN resource r ON r.org = $1 AND r.type = asked.type AND r.id = asked.id AND r.latest ORDER BY r.type, r.id
"""
HELD_LOCKED = f"{HELD} FOR UPDATE OF r"
VERSION = "SELECT r.* FROM resource r WHERE org = $1 AND type = $2 AND id = $3 AND version = $4"
HISTORY = """
SELECT r.* FROM resource r WHERE org = $1 AND type = $2 AND id = $3 AND ($4::int IS NULL OR version < $4)
 ORDER BY version DESC LIMIT $5
"""
# From the day before, since the hour of an accident is often told roughly.
TREATED_FOR_CLAIM = """
SELECT 1 FROM claim_projection WHERE is_open AND identity_hashes && $1::text[]
   AND (occurred_at IS NULL OR $2 >= occurred_at - interval '1 day')
   AND (treatment_until IS NULL OR $2 <= treatment_until) LIMIT 1
"""
# The day of the accident is the place's, the column's is UTC's: a day to either side.
IS_REPORTED = """
SELECT 1 FROM claim_projection WHERE is_open AND identity_hashes && $1::text[] AND cardinality(report_ids) > 0
   AND (occurred_at IS NULL OR $2::date >= occurred_at::date - 1)
   AND (treatment_until IS NULL OR $2::date <= treatment_until::date + 1) LIMIT 1
"""
PARTS = "SELECT r.* FROM resource r WHERE org = $1 AND encounter_id = $2 AND latest AND type <> 'Bundle'"
STANDING = """
SELECT r.* FROM resource r
 WHERE org = $1 AND patient_id = $2 AND latest AND type IN ('Coverage', 'Consent') AND encounter_id IS NULL
"""
# What names a patient by a number bears that number's token beside its own identifiers' ones.
JOIN_PATIENT = """
UPDATE resource r SET patient_id = $2
  FROM unnest($4::text[]) AS naming(type)
  JOIN resource_identifier i ON i.org = $1 AND i.type = naming.type AND i.token = ANY($3::text[])
 WHERE r.org = $1 AND r.type = i.type AND r.id = i.resource_id AND r.latest AND r.patient_id IS NULL
RETURNING r.encounter_id
"""
REPLACE = """
UPDATE resource r SET latest = false FROM unnest($2::text[], $3::uuid[]) AS given(type, id)
 WHERE r.org = $1 AND r.type = given.type AND r.id = given.id AND r.latest
"""
ADD = """
WITH added AS (
    INSERT INTO resource (org, type, id, version, latest, encounter_id, patient_id, updated_at, sha256, content_sha256,
                          entry_index, sealed, named, receipt_id)
    SELECT $1, r.type, r.id, r.version, r.latest, r.encounter_id, r.patient_id, r.updated_at, r.sha256,
           r.content_sha256, r.entry_index, r.sealed, string_to_array(r.named, ' ')::uuid[],
           $25::uuid
      FROM unnest($2::text[], $3::uuid[], $4::int[], $5::bool[], $6::uuid[], $7::uuid[], $8::timestamptz[],
                  $9::bytea[], $10::bytea[], $11::int[], $12::bytea[], $22::text[])
           AS r(type, id, version, latest, encounter_id, patient_id, updated_at, sha256, content_sha256, entry_index,
                sealed, named)),
named AS (
    INSERT INTO resource_identifier (org, type, token, resource_id, exclusive)
    SELECT $1, * FROM unnest($13::text[], $14::text[], $15::uuid[], $16::bool[])),
reported AS (
    INSERT INTO medical_report (org, encounter_id, version, digest, encounter_status, changed_at, worker_hashes,
                                started_at, ended_at)
    SELECT $1, m.encounter_id, m.version, m.digest, m.status, $21, string_to_array(m.hashes, ' '), m.started_at,
           m.ended_at
      FROM unnest($17::uuid[], $18::int[], $19::bytea[], $20::text[], $23::text[], $24::timestamptz[],
                  $26::timestamptz[])
           AS m(encounter_id, version, digest, status, hashes, started_at, ended_at))
"""
# An earlier receipt of the same bytes gives way only when it no longer counts.
RECEIPT = """
INSERT INTO bundle_receipt (org, client_id, sha256, id, received_at, entries, sealed_request, sealed_response)
SELECT {0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}
ON CONFLICT (org, client_id, sha256) DO UPDATE SET id = {3}, received_at = {4}, entries = {5}, sealed_request = {6},
   sealed_response = {7} WHERE bundle_receipt.received_at <= {8}
RETURNING 1
"""
RECEIPT_TYPES = ("text", "text", "bytea", "uuid", "timestamptz", "int", "bytea", "bytea", "timestamptz")


def _receipt_sql(first: int) -> str:
    """The statement with its nine parameters numbered from `first`."""
    return RECEIPT.format(*(f"${first + place}::{kind}" for place, kind in enumerate(RECEIPT_TYPES)))


KEEP_RECEIPT = _receipt_sql(1)
ADD_WITH_RECEIPT = f"{ADD}, kept AS ({_receipt_sql(27)}) SELECT count(*) FROM kept"  # noqa: S608  constants only
ADD_ALONE = f"{ADD} SELECT 1"
VISITS_OF = (
    "SELECT id, encounter_id FROM resource WHERE org = $1 AND id = ANY($2) AND latest AND encounter_id IS NOT NULL"
)
VISITS_NAMING = """
SELECT encounter_id FROM resource
 WHERE org = $1 AND latest AND named && $2::uuid[] AND encounter_id IS NOT NULL
 GROUP BY encounter_id ORDER BY max(updated_at) DESC LIMIT $3
"""
