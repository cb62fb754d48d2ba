"""What is wrong with a row, in words for whoever filled in the table."""

from services.intake.application.import_columns import TITLES
from services.intake.application.import_results import Fault, Line
from shared.web.pages.catalogues import N_
from shared.web.pages.rendering import Pages

# By code; what is not here is told by its own detail.
_BY_CODE = {
    "required": N_("Fill this in."),
    "unknown-code": N_("Choose one of the list in the template."),
    "phone-format": N_("Write a telephone number such as 0812 3456 7890."),
    "number-lost-digits": N_("The spreadsheet has cut off digits. Make the column a text column, then type it again."),
    "amount-format": N_("Write an amount in rupiah, such as 5000000."),
    "date-format": N_("Write a day such as 20/11/2026."),
    "date-impossible": N_("There is no such day."),
    "date-range": N_("There is no such day."),
    "time-format": N_("Write day and hour such as 20/11/2026 09:30."),
    "time-impossible": N_("There is no such day or hour."),
    "time-range": N_("There is no such day or hour."),
    "years-format": N_("Write a number of years, such as 7 or 2,5."),
    "yes-or-no": N_("Write yes (ya) or no (tidak)."),
    "nik-format": N_("A NIK has 16 digits."),
    "nik-date": N_("One digit of this NIK is wrong: it holds no real birth date."),
    "nik-serial": N_("The last four digits of a NIK are never 0000."),
    "kpj-format": N_("A KPJ has 11 digits."),
    "worker-unidentified": N_("Fill in one of NIK, KPJ and passport number."),
    "accident-in-future": N_("This day or hour has not come yet."),
    "diagnosis-in-future": N_("This day or hour has not come yet."),
    "first-alert-in-future": N_("This day or hour has not come yet."),
    "birth-after-event": N_("The birth date must lie before the accident."),
    "service-years": N_("The years in the last job cannot be more than all years."),
    "employer.not-own": N_("This is not your registration number (NPP). Leave the column empty."),
    "string-pattern-mismatch": N_("This does not have the right form: see the sheet with explanations."),
    "string-too-long": N_("This is too long."),
    "string-too-short": N_("Fill this in."),
    "greater-than-equal": N_("This number is too small."),
    "less-than-equal": N_("This number is too large."),
    "too-long": N_("These are too many."),
    # Warnings.
    "npp-unusual": N_("The registration number (NPP) is unusual. Is it right?"),
    "passport-unusual": N_("The passport number is unusual. Is it right?"),
    "region-unknown": N_("The region code is not known. Is it right?"),
    "nik-province-unknown": N_("The NIK begins with a province that is not known. Is it right?"),
    "nik-birth-date-mismatch": N_("The NIK names another birth date. Is it right?"),
    "nik-sex-mismatch": N_("The NIK names another sex. Is it right?"),
    "first-alert-before-event": N_("The first alert lies before the accident. Is it right?"),
    "pmi-phase-missing": N_("Of a migrant worker, BPJS will ask in which phase it happened."),
    # Of the file as a whole.
    "unknown-column": N_("There is no column of this name. Use the titles of the template."),
    "column-repeated": N_("This column stands there twice."),
}
# Of a file that was not taken at all.
_FILES = {
    "import.type": N_("This kind of file cannot be read. Save the table as .xlsx or .csv."),
    "import.unreadable": N_("The file cannot be opened. Save the table as .xlsx or .csv."),
    "import.columns": N_("The titles in the first row do not fit the template."),
    "import.too-many-rows": N_("The file has too many rows. Send it in several parts."),
    "import.too-large": N_("The file is too large. Send it in several parts."),
}
# Told elsewhere, shown by the page of errors.
_DETAILS = (
    N_("This is not the access file that you were given. Choose the file that ends in .json."),
    N_("There is no such result, or its time is over."),
    N_("There is no such report."),
    N_("Every row was accepted."),
    N_("There is no such page."),
)
_PARTS = {
    "worker": N_("Worker"),
    "wage": N_("Wage"),
    "event": N_("Event"),
    "employer": N_("Employer"),
    "reporter": N_("Reporter"),
    "disease": N_("Disease"),
    "event.first_aid": N_("First aid"),
}


def file_told(code: str, detail: str, pages: Pages, language: str) -> str:
    """Why a file was not taken."""
    return pages.translated(_FILES.get(code, detail), language)


def column_title(path: str, pages: Pages, language: str) -> str:
    """Of a column, or of the part of the form in which several columns lie."""
    if path in TITLES:
        return TITLES[path][language]
    return pages.translated(_PARTS[path], language) if path in _PARTS else path


def told(fault: Fault, pages: Pages, language: str) -> str:
    """What to do about it."""
    return pages.translated(_BY_CODE.get(fault.code, fault.detail), language)


def all_told(line: Line, pages: Pages, language: str) -> str:
    """Everything about one row, for a cell of a spreadsheet."""
    found = ((column_title(one.column, pages, language), told(one, pages, language)) for one in line.faults)
    doubts = (told(one, pages, language) for one in line.warnings)
    return "\n".join([*(f"{title}: {text}" if title else text for title, text in found), *doubts])
