"""Resources changed by hand, to meet the rules that no blind change meets: each invariant, formats, what is contained.

By type, each change with its name: the elements to put (a None takes one out).
"""

from typing import Any

_TERMS = "http://terminology.hl7.org/CodeSystem/"
_UCUM = "http://unitsofmeasure.org"
_XHTML = "http://www.w3.org/1999/xhtml"
_NIK = "https://fhir.kemkes.go.id/id/nik"
_DAY, _MOMENT, _LATER = "2026-11-20", "2026-11-20T10:05:00+07:00", "2026-11-20T12:30:00+07:00"

Changes = dict[str, Any]


def coded(system: str, code: str) -> Changes:
    return {"coding": [{"system": _TERMS + system, "code": code}]}


def icd10(code: str) -> Changes:
    return {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}]}


def div(inner: str, attributes: str = f' xmlns="{_XHTML}"') -> Changes:
    return {"text": {"status": "generated", "div": f"<div{attributes}>{inner}</div>"}}


def dosage(**repeat: Any) -> Changes:
    return {"dosageInstruction": [{"timing": {"repeat": repeat}}]}


def entry(**parts: Any) -> Changes:
    resource = {"resourceType": "Location", "name": "IGD"}
    whole = {"fullUrl": "urn:uuid:0aaaaaaa-0000-4000-8000-000000000001", "resource": resource, **parts}
    return {name: value for name, value in whole.items() if value is not None}


_REASON = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
_LOCATION = {"resourceType": "Location", "id": "l", "name": "IGD"}
_AT = [{"location": {"reference": "#l"}}]
_DOCUMENT = {
    "type": "document",
    "identifier": {"system": "urn:x", "value": "1"},
    "timestamp": _LATER,
    "entry": [
        {
            "fullUrl": "https://rs.example/fhir/Composition/1",
            "resource": {
                "resourceType": "Composition",
                "id": "1",
                "status": "final",
                "type": {"text": "3b KK 3"},
                "date": _DAY,
                "author": [{"display": "dr. Budi"}],
                "title": "3b KK 3",
            },
        }
    ],
}

PATIENT: dict[str, Changes] = {
    "a birth month": {"birthDate": "1990-03"},
    "a birth year": {"birthDate": "1990"},
    "a birth day in the order of the day": {"birthDate": "12-03-1990"},
    "a birth day that does not exist": {"birthDate": "1990-02-29"},
    "a birth day with a time": {"birthDate": _MOMENT},
    "the year 0000": {"birthDate": "0000-01-01"},
    "two choices": {"deceasedDateTime": _MOMENT},
    "a choice of no kind": {"deceasedBoolean": None, "deceasedString": "ya"},
    "an integer with decimals": {"multipleBirthInteger": 1.0},
    "a rank of nought": {"telecom": [{"system": "phone", "value": "1", "rank": 0}]},
    "a contact point without a system": {"telecom": [{"value": "+628120000000"}]},
    "a contact without anything": {"contact": [{"gender": "male"}]},
    "a given name that is missing for a reason": {"name": [{"given": [None, "Siti"], "_given": [_REASON, None]}]},
    "a given name that is missing": {"name": [{"given": [None, "Siti"]}]},
    "a gender that is missing for a reason": {"gender": None, "_gender": _REASON},
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
    "narrative that does not end": {"text": {"status": "generated", "div": f'<div xmlns="{_XHTML}">x'}},
    "narrative with a named character": div("a&nbsp;b"),
    "narrative with an image alone": div('<img src="#x" alt="x"/>'),
    "narrative with a table": div('<table border="1"><tr><td colspan="2">x</td></tr></table>'),
    "an element with an id alone": {"maritalStatus": {"id": "a"}},
    "a NIK of fifteen digits": {"identifier": [{"system": _NIK, "value": "367101520390000"}]},
    "a photo without its type": {"photo": [{"data": "aGFsbw=="}]},
    "a photo that is no base64": {"photo": [{"contentType": "image/png", "data": "halo!"}]},
    "a name that is a text": {"name": "Siti Aminah"},
    "an address period that ends first": {"address": [{"period": {"start": "2026-01-02", "end": "2026-01-01"}}]},
    "a language of no form": {"language": "bahasa indonesia "},
}

ENCOUNTER: dict[str, Changes] = {
    "a period of a day and a moment": {"period": {"start": _DAY, "end": _MOMENT}},
    "a period that ends in another zone": {"period": {"start": _MOMENT, "end": "2026-11-20T03:06:00Z"}},
    "a period that ends before in another zone": {"period": {"start": _MOMENT, "end": "2026-11-20T03:04:00Z"}},
    "a period that ends as it starts": {"period": {"start": _MOMENT, "end": _MOMENT}},
    "a moment without a zone": {"period": {"start": "2026-11-20T10:05:00"}},
    "a moment without seconds": {"period": {"start": "2026-11-20T10:05+07:00"}},
    "a moment with a space": {"period": {"start": "2026-11-20 10:05:00"}},
    "a moment at hour 24": {"period": {"start": "2026-11-20T24:00:00+07:00"}},
    "a zone beyond the map": {"period": {"start": "2026-11-20T10:05:00+15:00"}},
    "a subject of another type": {"subject": {"reference": "Organization/1"}},
    "a subject of no type": {"subject": {"reference": "Foo/1"}},
    "a subject by identifier": {"subject": {"identifier": {"system": _NIK, "value": "3671015203900001"}}},
    "a subject by condition": {"subject": {"reference": "Patient?identifier=urn:x|1"}},
    "a subject by absolute address": {"subject": {"reference": "https://rs.example/fhir/Patient/1"}},
    "a subject that is not contained": {"subject": {"reference": "#p"}},
    "a contained place": {"contained": [_LOCATION], "location": _AT},
    "a contained place that nobody means": {"contained": [_LOCATION]},
    "a contained place without an id": {"contained": [{"resourceType": "Location", "name": "IGD"}]},
    "a contained place with a version": {"contained": [{**_LOCATION, "meta": {"versionId": "1"}}], "location": _AT},
    "a contained place with security": {
        "contained": [{**_LOCATION, "meta": {"security": [{"system": "urn:x:y", "code": "R"}]}}],
        "location": _AT,
    },
    "a contained place that contains": {
        "contained": [
            {**_LOCATION, "contained": [{"resourceType": "Location", "id": "m"}], "partOf": {"reference": "#m"}}
        ],
        "location": _AT,
    },
    "a contained place that is spoilt": {"contained": [{**_LOCATION, "status": "bogus"}], "location": _AT},
    "a contained thing of no type": {"contained": [{"id": "l"}], "location": _AT},
    "a contained thing of an unknown type": {"contained": [{"resourceType": "Foo", "id": "l"}], "location": _AT},
    "a class that is a concept": {"class": coded("v3-ActCode", "EMER")},
    "a class of no system": {"class": {"code": "EMER"}},
    "a class unknown to its system": {"class": {"system": _TERMS + "v3-ActCode", "code": "BOGUS"}},
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
    "that ended while active": {"abatementDateTime": _LATER},
    "that ended": {"abatementDateTime": _LATER, "clinicalStatus": coded("condition-clinical", "resolved")},
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
                {"system": _TERMS + "condition-clinical", "code": "active"},
            ]
        }
    },
    "with an unknown clinical status": {"clinicalStatus": coded("condition-clinical", "bogus")},
    "with an unknown category": {"category": [coded("condition-category", "bogus")]},
    "with an empty stage": {"stage": [{"type": {"text": "x"}}]},
    "with empty evidence": {"evidence": [{"extension": [{"url": "urn:x:y", "valueString": "x"}]}]},
    "with an age": {"onsetDateTime": None, "onsetAge": {"value": 36, "unit": "a", "system": _UCUM, "code": "a"}},
    "with an age of nought": {"onsetDateTime": None, "onsetAge": {"value": 0, "system": _UCUM, "code": "a"}},
    "with an age without a code": {"onsetDateTime": None, "onsetAge": {"value": 36, "unit": "tahun"}},
    "with a range upside down": {"onsetDateTime": None, "onsetRange": {"low": {"value": 5}, "high": {"value": 3}}},
    "with an onset in words": {"onsetDateTime": None, "onsetString": "kemarin"},
    "with two onsets": {"onsetString": "kemarin"},
    "with a note without text": {"note": [{"time": _MOMENT}]},
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
    "with a unit of no kind": {"valueQuantity": {"value": 80, "system": _UCUM, "code": "denyut"}},
    "with a value in words": {"valueQuantity": {"value": "80"}},
    "with a ratio without denominator": {"valueQuantity": None, "valueRatio": {"numerator": {"value": 1}}},
    "with a range upside down": {
        "valueQuantity": None,
        "valueRange": {"low": {"value": 5, "unit": "x"}, "high": {"value": 3, "unit": "x"}},
    },
    "issued on a day": {"issued": _DAY},
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

OTHERS: dict[str, dict[str, Changes]] = {
    "AllergyIntolerance": {
        "without a status": {"clinicalStatus": None},
        "entered in error with a status": {
            "verificationStatus": coded("allergyintolerance-verification", "entered-in-error")
        },
        "with an unknown category": {"category": ["medication", "bogus"]},
        "with an onset range": {"onsetDateTime": None, "onsetPeriod": {"start": "2010", "end": "2009"}},
    },
    "Bundle": {
        "a searchset with a total": {"type": "searchset", "total": 1, "entry": [entry()]},
        "a transaction with a total": {"total": 1},
        "a transaction with a search": {
            "entry": [entry(search={"mode": "match"}, request={"method": "POST", "url": "Location"})]
        },
        "a transaction without a request": {"entry": [entry()]},
        "a collection with a request": {
            "type": "collection",
            "entry": [entry(request={"method": "POST", "url": "Location"})],
        },
        "a collection": {"type": "collection", "entry": [entry()]},
        "a collection with an empty entry": {
            "type": "collection",
            "entry": [{"link": [{"relation": "x", "url": "urn:x"}]}],
        },
        "a collection with a url twice": {"type": "collection", "entry": [entry(), entry()]},
        "a collection with a versioned url": {
            "type": "collection",
            "entry": [entry(fullUrl="https://rs.example/fhir/Location/1/_history/2")],
        },
        "a document": _DOCUMENT,
        "a document without an identifier": {**_DOCUMENT, "identifier": None},
        "a document without a time": {**_DOCUMENT, "timestamp": None},
        "a document without a composition": {**_DOCUMENT, "entry": [entry()]},
        "a batch without entries": {"type": "batch", "entry": None},
        "of no kind": {"type": "nonsense"},
        "with a spoilt resource": {
            "entry": [
                entry(
                    resource={"resourceType": "Location", "status": "x"}, request={"method": "POST", "url": "Location"}
                )
            ]
        },
        "with a resource of no type": {
            "entry": [entry(resource={"name": "IGD"}, request={"method": "POST", "url": "Location"})]
        },
        "with a method of no kind": {"entry": [entry(request={"method": "SEND", "url": "Location"})]},
    },
    "CarePlan": {
        "with an activity told twice": {
            "activity": [{"detail": {"status": "completed"}, "reference": {"reference": "ServiceRequest/1"}}]
        },
    },
    "Claim": {
        "with money of no currency": {"total": {"value": 5}},
        "with money of an unknown currency": {"total": {"value": 5, "currency": "RUPIAH"}},
        "with a sequence of nought": {"item": [{"sequence": 0, "productOrService": {"text": "x"}}]},
        "with two places of the accident": {
            "accident": {
                "date": _DAY,
                "locationAddress": {"city": "x"},
                "locationReference": {"reference": "Location/1"},
            }
        },
        "without a place of the accident": {"accident": {"date": _DAY}},
        "with a fractional quantity": {
            "item": [{"sequence": 1, "productOrService": {"text": "x"}, "quantity": {"value": 0.5}}]
        },
    },
    "Composition": {
        "with an empty section": {"section": [{"title": "x"}]},
        "with a section that is empty for a reason and is not": {
            "section": [
                {"emptyReason": coded("list-empty-reason", "nilknown"), "entry": [{"reference": "Condition/1"}]}
            ]
        },
        "with a section in a section": {"section": [{"section": [{"text": div("x")["text"]}]}]},
        "with an unknown confidentiality": {"confidentiality": "secret"},
        "of a day": {"date": _DAY},
    },
    "CoverageEligibilityResponse": {
        "with an item of two kinds": {
            "insurance": [
                {
                    "coverage": {"reference": "Coverage/1"},
                    "item": [{"category": {"text": "x"}, "productOrService": {"text": "y"}}],
                }
            ]
        },
    },
    "Device": {"with a udi of no kind": {"udiCarrier": [{"entryType": "bogus"}]}},
    "DocumentReference": {
        "in Indonesian": {"content": [{"attachment": {"contentType": "application/pdf", "language": "id-ID"}}]},
        "of an unknown media type": {
            "content": [{"attachment": {"contentType": "surat", "url": "https://rs.example/x"}}]
        },
        "with data without a type": {"content": [{"attachment": {"data": "aGFsbw=="}}]},
        "with wrapped base64": {"content": [{"attachment": {"contentType": "text/plain", "data": "aGFs\nbw=="}}]},
        "with a url of no scheme": {"content": [{"attachment": {"contentType": "text/plain", "url": "x.pdf"}}]},
        "with a negative size": {"content": [{"attachment": {"contentType": "text/plain", "size": -1}}]},
    },
    "ImagingStudy": {
        "with a uid of no form": {"series": [{"uid": "x y", "modality": {"system": "urn:x:y", "code": "DX"}}]},
    },
    "Immunization": {
        "with empty education": {"education": [{"publicationDate": _MOMENT}]},
        "without a date": {"occurrenceDateTime": None},
        "with a date in words": {"occurrenceDateTime": None, "occurrenceString": "kemarin"},
    },
    "MedicationAdministration": {
        "with an empty dosage": {"dosage": {"text": "x"}},
        "with neither medication": {"medicationCodeableConcept": None},
    },
    "MedicationDispense": {
        "handed over before it was prepared": {"whenPrepared": _LATER, "whenHandedOver": _MOMENT},
    },
    "MedicationRequest": {
        "of a unit of no kind": {"dispenseRequest": {"quantity": {"value": 1, "system": _UCUM, "code": "TAB"}}},
        "a duration without its unit": dosage(duration=1),
        "a period without its unit": dosage(period=1),
        "a negative duration": dosage(duration=-1, durationUnit="h"),
        "a negative period": dosage(period=-1, periodUnit="d"),
        "a longest period without a period": dosage(periodMax=2, periodUnit="d"),
        "a longest duration without a duration": dosage(durationMax=2, durationUnit="d"),
        "a highest count without a count": dosage(countMax=2),
        "an offset without an event": dosage(offset=30),
        "an offset at a meal": dosage(offset=30, when=["C"]),
        "an offset after a meal": dosage(offset=30, when=["PC"]),
        "a time of day and an event": dosage(timeOfDay=["08:00:00"], when=["PC"]),
        "an unknown unit of time": dosage(period=1, periodUnit="hari"),
        "a day of no week": dosage(dayOfWeek=["senin"]),
        "a dose with a comparator": {
            "dosageInstruction": [{"doseAndRate": [{"doseQuantity": {"value": 1, "comparator": "<"}}]}]
        },
        "a duration of another system": {
            "dispenseRequest": {"expectedSupplyDuration": {"value": 5, "system": "urn:x:y", "code": "d"}}
        },
        "neither medication": {"medicationReference": None},
    },
    "Organization": {
        "without a name or identifier": {"name": None, "identifier": None},
        "with a home": {"address": [{"use": "home", "city": "x"}]},
        "with a contact at home": {"telecom": [{"system": "phone", "value": "1", "use": "home"}]},
    },
    "Procedure": {
        "of another form": {"code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": "ORIF"}]}},
        "with an age": {"performedPeriod": None, "performedAge": {"value": 36, "system": _UCUM, "code": "a"}},
    },
    "Provenance": {
        "without a target": {"target": []},
        "of a day": {"recorded": _DAY},
        "with a signature without a time": {
            "signature": [{"type": [{"system": "urn:x:y", "code": "x"}], "who": {"display": "x"}}]
        },
    },
    "QuestionnaireResponse": {
        "an answer and items": {
            "item": [{"linkId": "1", "answer": [{"valueBoolean": True}], "item": [{"linkId": "2"}]}]
        },
        "an answer with items": {
            "item": [{"linkId": "1", "answer": [{"valueBoolean": True, "item": [{"linkId": "2"}]}]}]
        },
        "an item without its link": {"item": [{"text": "x"}]},
        "an answer of no kind": {"item": [{"linkId": "1", "answer": [{"valueCode": "x"}]}]},
    },
    "ServiceRequest": {
        "with details without a code": {"code": None, "orderDetail": [{"text": "x"}]},
        "for a time": {"occurrenceDateTime": None, "occurrenceTiming": {"event": [_MOMENT]}},
        "with an as-needed of two kinds": {"asNeededBoolean": True, "asNeededCodeableConcept": {"text": "x"}},
    },
    "Task": {
        "changed before it was made": {"authoredOn": _LATER, "lastModified": _MOMENT},
        "with an input without a value": {"input": [{"type": {"text": "x"}}]},
        "with an input of any kind": {"input": [{"type": {"text": "x"}, "valueDosage": {"text": "x"}}]},
    },
}

CASES: dict[str, dict[str, Changes]] = {
    "Patient": PATIENT,
    "Encounter": ENCOUNTER,
    "Condition": CONDITION,
    "Observation": OBSERVATION,
    **OTHERS,
}
