"""The cases of the types that a visit brings less often: by type, as in `fhir_cases`."""

from tests.support.fhir_parts import DAY, DOCUMENT, LATER, MOMENT, UCUM, Changes, coded, div, dosage, entry

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
        "a document": DOCUMENT,
        "a document without an identifier": {**DOCUMENT, "identifier": None},
        "a document without a time": {**DOCUMENT, "timestamp": None},
        "a document without a composition": {**DOCUMENT, "entry": [entry()]},
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
                "date": DAY,
                "locationAddress": {"city": "x"},
                "locationReference": {"reference": "Location/1"},
            }
        },
        "without a place of the accident": {"accident": {"date": DAY}},
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
        "of a day": {"date": DAY},
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
        "with empty education": {"education": [{"publicationDate": MOMENT}]},
        "without a date": {"occurrenceDateTime": None},
        "with a date in words": {"occurrenceDateTime": None, "occurrenceString": "kemarin"},
    },
    "MedicationAdministration": {
        "with an empty dosage": {"dosage": {"text": "x"}},
        "with neither medication": {"medicationCodeableConcept": None},
    },
    "MedicationDispense": {
        "handed over before it was prepared": {"whenPrepared": LATER, "whenHandedOver": MOMENT},
    },
    "MedicationRequest": {
        "of a unit of no kind": {"dispenseRequest": {"quantity": {"value": 1, "system": UCUM, "code": "TAB"}}},
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
        "with an age": {"performedPeriod": None, "performedAge": {"value": 36, "system": UCUM, "code": "a"}},
    },
    "Provenance": {
        "without a target": {"target": []},
        "of a day": {"recorded": DAY},
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
        "for a time": {"occurrenceDateTime": None, "occurrenceTiming": {"event": [MOMENT]}},
        "with an as-needed of two kinds": {"asNeededBoolean": True, "asNeededCodeableConcept": {"text": "x"}},
    },
    "Task": {
        "changed before it was made": {"authoredOn": LATER, "lastModified": MOMENT},
        "with an input without a value": {"input": [{"type": {"text": "x"}}]},
        "with an input of any kind": {"input": [{"type": {"text": "x"}, "valueDosage": {"text": "x"}}]},
    },
}
