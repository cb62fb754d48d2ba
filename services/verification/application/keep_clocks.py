"""A claim changes by time alone: a clock runs out."""

from datetime import datetime

from services.verification.application.case_desk import CaseDesk


async def let_time_pass(desk: CaseDesk, case_number: str) -> datetime | None:
    """Tell what became of a claim since it was last looked at; safe to repeat. Answers when its next clock will be
    overdue. Raises NotFound."""
    await desk.open([], [], [case_number])
    next_overdue_at = desk.let_time_pass(case_number)
    await desk.close()
    return next_overdue_at
