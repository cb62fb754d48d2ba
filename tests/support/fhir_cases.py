"""Resources changed by hand, to meet the rules that no blind change meets: each invariant, formats, what is contained.

By type, each change with its name: the elements to put (a None takes one out).
"""

from tests.support.fhir_parts import (
    AT,
    DAY,
    LATER,
    LOCATION,
    MOMENT,
    NIK,
    REASON,
    TERMS,
    UCUM,
    XHTML,
    Changes,
    coded,
    div,
    icd10,
)
from tests.support.rarer_fhir_cases import OTHERS

PATIENT: dict[str, Changes] = {
    "a birth month": {"birthDate": "1990-03"},
    "a birth year": {"birthDate": "1990"},
    "a birth day in the order of the day": {"birthDate": "12-03-1990"},
    "a birth day that does not exist": {"birthDate": "1990-02-29"},
    "a birth day with a time": {"birthDate": MOMENT},
    "the year 0000": {"birthDate": "0000-01-01"},
    "two choices": {"deceasedDateTime": MOMENT},
    "a choice of no kind": {"deceasedBoolean": None, "deceasedString": "ya"},
    "an integer with decimals": {"multipleBirthInteger": 1.0},
    "a rank of nought": {"telecom": [{"system": "phone", "value": "1", "rank": 0}]},
    "a contact point without a system": {"telecom": [{"value": "+628120000000"}]},
    "a contact without anything": {"contact": [{"gender": "male"}]},
    "a given name that is missing for a reason": {"name": [{"given": [None, "Siti"], "_given": [REASON, None]}]},
    "a given name that is missing": {"name": [{"given": [None, "Siti"]}]},
    "a gender that is missing for a reason": {"gender": None, "_gender": REASON},
    "an extension without a value": {"extension": [{"url": "urn:x:y"}]},
    "an extension with a value and parts": {
        "extension": [{"url": "urn:x:y", "valueString": "x", "extension": [{"url": "z", "valueString": "x"}]}]
    },
    "an extension with two values": {"extension": [{"url": "urn:x:y", "valueString": "x", "valueCode": "y"}]},
    "an extension of a relative url": {"extension": [{"url": "agama", "valueString": "x"}]},
    "an extension without a url": {"extension": [{"valueString": "x"}]},
    "an extension with a value of no kind": {"extension": [{"url": "urn:x:y", "valueName": "x"}]},
    "a language that is not of the common ones": {
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "id"}]}}]
    },
    "a profile that nobody here holds": {
        "meta": {"profile": ["https://fhir.kemkes.go.id/r4/StructureDefinition/Patient"]}
    },
    "an identifier in a list of lists": {"identifier": [[{"system": "urn:x:y", "value": "1"}]]},
    "narrative without the namespace": div("x", ""),
    "narrative with a script": div("<script>x</script>"),
    "narrative with an event": div("<p onclick='x'>x</p>"),
    "narrative with a form": div("<form><input/></form>"),
    "narrative that says nothing": div(" "),
    "narrative that does not end": {"text": {"status": "generated", "div": f'<div xmlns="{XHTML}">x'}},
    "narrative with a named character": div("a&nbsp;b"),
    "narrative with an image alone": div('<img src="#x" alt="x"/>'),
    "narrative with a table": div('<table border="1"><tr><td colspan="2">x</td></tr></table>'),
    "an element with an id alone": {"maritalStatus": {"id": "a"}},
    "a NIK of fifteen digits": {"identifier": [{"system": NIK, "value": "367101520390000"}]},
    "a photo without its type": {"photo": [{"data": "aGFsbw=="}]},
    "a photo that is no base64": {"photo": [{"contentType": "image/png", "data": "halo!"}]},
    "a name that is a text": {"name": "Siti Aminah"},
    "an address period that ends first": {"address": [{"period": {"start": "2026-01-02", "end": "2026-01-01"}}]},
    "a language of no form": {"language": "bahasa indonesia "},
}

ENCOUNTER: dict[str, Changes] = {
    "a period of a day and a moment": {"period": {"start": DAY, "end": MOMENT}},
    "a period that ends in another zone": {"period": {"start": MOMENT, "end": "2026-11-20T03:06:00Z"}},
    "a period that ends before in another zone": {"period": {"start": MOMENT, "end": "2026-11-20T03:04:00Z"}},
    "a period that ends as it starts": {"period": {"start": MOMENT, "end": MOMENT}},
    "a moment without a zone": {"period": {"start": "2026-11-20T10:05:00"}},
    "a moment without seconds": {"period": {"start": "2026-11-20T10:05+07:00"}},
    "a moment with a space": {"period": {"start": "2026-11-20 10:05:00"}},
    "a moment at hour 24": {"period": {"start": "2026-11-20T24:00:00+07:00"}},
    "a zone beyond the map": {"period": {"start": "2026-11-20T10:05:00+15:00"}},
    "a subject of another type": {"subject": {"reference": "Organization/1"}},
    "a subject of no type": {"subject": {"reference": "Foo/1"}},
    "a subject by identifier": {"subject": {"identifier": {"system": NIK, "value": "3671015203900001"}}},
    "a subject by condition": {"subject": {"reference": "Patient?identifier=urn:x|1"}},
    "a subject by absolute address": {"subject": {"reference": "https://rs.example/fhir/Patient/1"}},
    "a subject that is not contained": {"subject": {"reference": "#p"}},
    "a contained place": {"contained": [LOCATION], "location": AT},
    "a contained place that nobody means": {"contained": [LOCATION]},
    "a contained place without an id": {"contained": [{"resourceType": "Location", "name": "IGD"}]},
    "a contained place with a version": {"contained": [{**LOCATION, "meta": {"versionId": "1"}}], "location": AT},
    "a contained place with security": {
        "contained": [{**LOCATION, "meta": {"security": [{"system": "urn:x:y", "code": "R"}]}}],
        "location": AT,
    },
    "a contained place that contains": {
        "contained": [
            {**LOCATION, "contained": [{"resourceType": "Location", "id": "m"}], "partOf": {"reference": "#m"}}
        ],
        "location": AT,
    },
    "a contained place that is spoilt": {"contained": [{**LOCATION, "status": "bogus"}], "location": AT},
    "a contained thing of no type": {"contained": [{"id": "l"}], "location": AT},
    "a contained thing of an unknown type": {"contained": [{"resourceType": "Foo", "id": "l"}], "location": AT},
    "a class that is a concept": {"class": coded("v3-ActCode", "EMER")},
    "a class of no system": {"class": {"code": "EMER"}},
    "a class unknown to its system": {"class": {"system": TERMS + "v3-ActCode", "code": "BOGUS"}},
    "a diagnosis that is not in ICD-10": {"reasonCode": [icd10("S62.9")]},
    "a diagnosis of no form": {"reasonCode": [icd10("patah")]},
    "a length without its unit's system": {"length": {"value": 5, "code": "h"}},
    "an element of R5": {"admission": {"origin": {"reference": "Location/1"}}},
    "a resource type written again": {"participant": [{"resourceType": "Encounter"}]},
    "an id that is too long": {"id": "a" * 65},
    "an id with a slash": {"id": "a/b"},
    "rules nobody knows": {"implicitRules": "urn:x:y"},
    "a modifier nobody knows": {"modifierExtension": [{"url": "urn:x:y", "valueBoolean": True}]},
    "a participant by another type": {"participant": [{"individual": {"reference": "Patient/1"}}]},
}

CONDITION: dict[str, Changes] = {
    "that ended while active": {"abatementDateTime": LATER},
    "that ended": {"abatementDateTime": LATER, "clinicalStatus": coded("condition-clinical", "resolved")},
    "entered in error with a status": {"verificationStatus": coded("condition-ver-status", "entered-in-error")},
    "entered in error": {
        "verificationStatus": coded("condition-ver-status", "entered-in-error"),
        "clinicalStatus": None,
    },
    "without a clinical status": {"clinicalStatus": None},
    "with a clinical status in words": {"clinicalStatus": {"text": "aktif"}},
    "with a clinical status of no system": {"clinicalStatus": {"coding": [{"code": "active"}]}},
    "with a clinical status of another system": {"clinicalStatus": coded("condition-ver-status", "confirmed")},
    "with a clinical status of two systems": {
        "clinicalStatus": {
            "coding": [
                {"system": "urn:rs:status", "code": "A"},
                {"system": TERMS + "condition-clinical", "code": "active"},
            ]
        }
    },
    "with an unknown clinical status": {"clinicalStatus": coded("condition-clinical", "bogus")},
    "with an unknown category": {"category": [coded("condition-category", "bogus")]},
    "with an empty stage": {"stage": [{"type": {"text": "x"}}]},
    "with empty evidence": {"evidence": [{"extension": [{"url": "urn:x:y", "valueString": "x"}]}]},
    "with an age": {"onsetDateTime": None, "onsetAge": {"value": 36, "unit": "a", "system": UCUM, "code": "a"}},
    "with an age of nought": {"onsetDateTime": None, "onsetAge": {"value": 0, "system": UCUM, "code": "a"}},
    "with an age without a code": {"onsetDateTime": None, "onsetAge": {"value": 36, "unit": "tahun"}},
    "with a range upside down": {"onsetDateTime": None, "onsetRange": {"low": {"value": 5}, "high": {"value": 3}}},
    "with an onset in words": {"onsetDateTime": None, "onsetString": "kemarin"},
    "with two onsets": {"onsetString": "kemarin"},
    "with a note without text": {"note": [{"time": MOMENT}]},
    "with a note of two authors": {"note": [{"text": "x", "authorString": "a", "authorReference": {"display": "b"}}]},
}

OBSERVATION: dict[str, Changes] = {
    "with a value and a reason for none": {"dataAbsentReason": coded("data-absent-reason", "unknown")},
    "without a value": {"valueQuantity": None},
    "with a reason for no value": {"valueQuantity": None, "dataAbsentReason": coded("data-absent-reason", "unknown")},
    "with a component of its own code": {
        "component": [
            {
                "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
                "valueString": "x",
            }
        ]
    },
    "with an empty reference range": {"referenceRange": [{"type": {"text": "normal"}}]},
    "with a low comparator": {"referenceRange": [{"low": {"value": 1, "comparator": "<"}}]},
    "with a code without its system": {"valueQuantity": {"value": 80, "code": "/min"}},
    "with a unit of no kind": {"valueQuantity": {"value": 80, "system": UCUM, "code": "denyut"}},
    "with a value in words": {"valueQuantity": {"value": "80"}},
    "with a ratio without denominator": {"valueQuantity": None, "valueRatio": {"numerator": {"value": 1}}},
    "with a range upside down": {
        "valueQuantity": None,
        "valueRange": {"low": {"value": 5, "unit": "x"}, "high": {"value": 3, "unit": "x"}},
    },
    "issued on a day": {"issued": DAY},
    "with a time": {"valueQuantity": None, "valueTime": "10:05:00"},
    "with a time without seconds": {"valueQuantity": None, "valueTime": "10:05"},
    "with sampled data": {
        "valueQuantity": None,
        "valueSampledData": {"origin": {"value": 0}, "period": 10, "dimensions": 1, "data": "1 2 E U"},
    },
    "with a large number": {"valueQuantity": {"value": 1e30}},
    "with a code of a type that is not allowed": {"valueQuantity": None, "valueCode": "x"},
    "with an identifier of no system": {"identifier": [{"value": "1"}]},
    "with an identifier of a relative system": {"identifier": [{"system": "rs", "value": "1"}]},
    "with a uuid of capitals": {
        "identifier": [{"system": "urn:uuid:0AAAAAAA-0000-4000-8000-000000000001", "value": "1"}]
    },
    "with an oid of no form": {"identifier": [{"system": "urn:oid:1.02", "value": "1"}]},
    "with an assigner of another type": {"identifier": [{"assigner": {"reference": "Patient/1"}, "value": "1"}]},
}

CASES: dict[str, dict[str, Changes]] = {
    "Patient": PATIENT,
    "Encounter": ENCOUNTER,
    "Condition": CONDITION,
    "Observation": OBSERVATION,
    **OTHERS,
}
