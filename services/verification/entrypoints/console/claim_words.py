"""Words of the claim's page that stand for codes nobody publishes: what happened, and what each party may see."""

from services.verification.entrypoints.console.frame import N_

# What stands in the timeline.
WHAT = {
    "accident-report.submitted": N_("Accident reported (stage 1)"),
    "accident-report.corrected": N_("Report corrected"),
    "accident-report.withdrawn": N_("Report withdrawn"),
    "accident-report.stage-2-submitted": N_("Stage 2 submitted"),
    "accident-report.document-added": N_("Document added"),
    "accident-report.document-withdrawn": N_("Document withdrawn"),
    "stage-2.submitted": N_("Stage 2 submitted"),
    "document.added": N_("Document added"),
    "document.withdrawn": N_("Document withdrawn"),
    "self-report.submitted": N_("Suspected case reported"),
    "medical-report.received": N_("Medical report"),
    "medical-report.updated": N_("Medical report updated"),
    "determination.issued": N_("Determination by Disnaker"),
    "decision.conclude": N_("Concluded"),
    "decision.request-completion": N_("Completion requested"),
    "decision.refer-to-disnaker": N_("Referred to Disnaker"),
    "decision.approve-benefit": N_("Benefit approved"),
    "decision.reject": N_("Rejected"),
    "decision.reopen": N_("Reopened"),
    "note.added": N_("Note"),
    "first-alert.accepted": N_("First alert accepted as evidence"),
    "discrepancy.resolved": N_("Contradiction resolved"),
    "flag.dismissed": N_("Flag dismissed"),
    "objection.lodged": N_("Objection lodged"),
    "objection.upheld": N_("Objection upheld"),
    "objection.dismissed": N_("Objection dismissed"),
    "objection.withdrawn": N_("Objection withdrawn"),
    "payment.recorded": N_("Payment confirmed"),
    "clock.overdue": N_("Deadline passed"),
    "complaint.received": N_("Complaint received"),
    "complaint.answered": N_("Complaint answered"),
    "feedback.received": N_("Feedback received"),
    "return-to-work.offered": N_("Return to work offered"),
    "return-to-work.employer-agreed": N_("Return to work: the company agreed"),
    "return-to-work.employer-declined": N_("Return to work: the company declined"),
    "return-to-work.worker-agreed": N_("Return to work: the worker agreed"),
    "return-to-work.worker-declined": N_("Return to work: the worker declined"),
    "return-to-work.started": N_("Return to work started"),
    "return-to-work.completed": N_("The worker is back at work"),
    "completion.answered": N_("Answer to the request for completion"),
    "companion.named": N_("Companion named by the worker"),
    "companion.ended": N_("Companion taken away"),
    "messages.stopped": N_("Messages to the worker stopped"),
}
# Refusals whose own sentence holds numbers or codes, in words that can be translated.
REFUSED = {
    "claim.changed-meanwhile": N_("The claim has changed in what matters since you opened it; look at it again."),
    "claim.merged": N_("This claim was merged into another."),
    "decision.not-allowed": N_("This decision is not possible in the state in which the claim is now."),
    "decision.documents-missing": N_("Before approval every required paper is needed; see the checklist."),
    "decision.document-not-there": N_("This paper is not there, so it cannot be rejected."),
    "objection.not-allowed": N_("No objection is possible in the state in which the claim is now."),
    "idempotency.key-reused": N_("This form was sent already with something else in it. Open the claim again."),
}
# What is shown to whom (employer, hospital, Disnaker, worker), as the hub's own events and pages carry it.
SEEN_BY = (
    (N_("State, whose turn it is, deadlines"), (True, True, True, True)),
    (N_("Checklist: own papers"), (True, True, False, True)),
    (N_("Event, cause, outcome"), (True, False, True, False)),
    (N_("Diagnoses and treatment"), (False, True, False, False)),
    (N_("Contradictions, flags, notes"), (False, False, False, False)),
    (N_("Benefit and payments"), (False, False, False, True)),
)
