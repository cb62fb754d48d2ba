"""What the hub tells of itself: published at the console, seen by verifiers, partners, workers and all, and over."""

from joserfc.jwk import ECKey
from playwright.sync_api import Page, expect

from services.partners.domain.partners import ClientKind
from tests.browser.conftest import OpenWindow, assert_accessible
from tests.support.served_hub import ServedHub
from tests.support.until import until


def published(page: Page, **fields: str) -> None:
    """An incident of intake and verification for everybody, through the form."""
    page.get_by_label("Kind").select_option("incident")
    page.get_by_label("Accident reports").check()
    page.get_by_label("Claims and their verification").check()
    page.get_by_label("Whom it is for").select_option("everybody")
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).last.fill(text)
    page.get_by_role("button", name="Publish", exact=True).click()


def above(page: Page, text: str) -> bool:
    """Whether the page tells it now."""
    page.reload()
    return page.locator(".hub-notices").get_by_text(text).count() > 0


def test_an_incident_is_told_to_all_whom_it_concerns_until_it_is_over(open_window: OpenWindow, hub: ServedHub) -> None:
    window = open_window("en")
    window.sign_in("operator", "Rudi Hartono")
    page = window.open("verification", "/console/notices")
    title = "Jaringan terganggu"
    verifier = open_window("id")
    verifier.sign_in("verifier", "Dewi Lestari")
    queue = verifier.open("verification", "/console")
    expect(queue.locator("#live-state")).to_have_class("live-state on")
    published(
        page,
        Title_in_Indonesian=title,
        Title_in_English="The network is disturbed",
        **{"What to tell, in Indonesian": "Laporan tersimpan.", "What to tell, in English": "Reports are kept."},
    )
    expect(page.get_by_role("status")).to_have_text("Done.")
    expect(page.locator("article").filter(has_text="The network is disturbed")).to_contain_text("rudi-hartono")
    assert_accessible(page)

    expect(queue.locator(".hub-notices")).to_contain_text(title)  # though it was open before
    assert_accessible(queue)
    worker = open_window("id", width=320, java_script_enabled=False)
    expect(worker.open("verification", "/status").locator(".hub-notices")).to_contain_text("Laporan tersimpan.")
    report = worker.open("intake", "/lapor")
    until(lambda: above(report, title))
    reader = open_window("en", width=320)
    everybody = reader.open("partners", "/notices")
    expect(everybody.locator("article")).to_contain_text("Reports are kept.")
    assert_accessible(everybody)
    for telephone in (reader, open_window("id", width=320)):
        for service, path in (("verification", "/status"), ("intake", "/lapor"), ("partners", "/notices")):
            assert_accessible(telephone.open(service, path))
    headers = hub.bearer(ClientKind.EMPLOYER)
    (told,) = hub.apis["partners"].http.get("/v1/notices?phase=current", headers=headers).json()["items"]
    assert told["title"]["id"] == title

    article = page.locator("article").filter(has_text="The network is disturbed")
    article.get_by_text("Tell how it goes on").click()
    article.get_by_label("How it stands").select_option("resolved")
    article.get_by_label("What to tell, in Indonesian").fill("Sudah pulih.")
    article.get_by_label("What to tell, in English").fill("All is well.")
    article.get_by_role("button", name="Tell it").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    expect(page.locator("section[aria-labelledby=ended]")).to_contain_text("All is well.")
    until(lambda: not above(report, title))
    expect(queue.locator(".hub-notices")).to_have_count(0)
    expect(reader.open("partners", "/notices").locator("main")).to_contain_text("Nothing is known to be wrong.")


def test_what_a_hospitals_own_run_found_is_shown_on_its_page_and_beside_its_approval(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    partners, org = hub.apis["partners"].http, "hospital:100000888"
    key = ECKey.generate_key("P-384", parameters={"kid": "k"}).as_dict(private=False)
    wanted = {"kind": "hospital", "org": org, "name": "RS Uji", "public_jwk": key, "awaits_approval": True}
    partners.post("/v1/clients", json=wanted, headers=hub.bearer(ClientKind.OPERATOR)).raise_for_status()
    window = open_window("en")
    window.sign_in("operator", "Rudi Hartono")
    page = window.open("verification", "/console/partners")
    expect(page.locator("main")).to_contain_text("no run reported")
    rules = [
        {"rule": "metadata-open", "outcome": "passed", "says": "It needs no token."},
        {"rule": "others-hidden", "outcome": "failed", "says": "404.", "detail": "<script>alert(1)</script>"},
    ]
    run = {"kit": "hospital", "kit_version": "0.1.0", "url": "https://gateway.example"}
    body = {**run, "at": "2026-11-20T09:30:00+07:00", "rules": rules}
    headers = hub.once(ClientKind.HOSPITAL, org)
    partners.post("/v1/conformance-runs", json=body, headers=headers).raise_for_status()
    page = window.open("verification", "/console/partners")
    page.get_by_role("link", name="1 of 2 rules passed").first.click()
    section = page.locator("section[aria-labelledby=runs]")
    expect(section.locator("summary").first).to_contain_text("1 passed, 1 failed, 0 not checked")
    expect(section.get_by_text("others-hidden")).to_be_visible()
    expect(section).to_contain_text("<script>alert(1)</script>")
    section.get_by_text("Passed (1)").click()
    expect(section.get_by_text("It needs no token.")).to_be_visible()
    assert_accessible(page)


def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(open_window: OpenWindow, hub: ServedHub) -> None:
    window = open_window("id")
    window.sign_in("operator", "Rudi Hartono")
    page = window.open("verification", "/console/notices")
    assert_accessible(page)
    fields = {"Judul dalam bahasa Indonesia": "Pindah server", "Judul dalam bahasa Inggris": "Move"}
    page.get_by_label("Jenis").select_option("maintenance")
    page.get_by_label("Rumah sakit").check()
    for label, text in {**fields, "Isi dalam bahasa Indonesia": "x", "Isi dalam bahasa Inggris": "x"}.items():
        page.get_by_label(label).last.fill(text)
    page.get_by_role("button", name="Terbitkan", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Sebutkan sampai kapan pemeliharaan berlangsung.")
    for label, text in fields.items():
        expect(page.get_by_label(label)).to_have_value(text)
    expect(page.get_by_label("Rumah sakit")).to_be_checked()
    window.complaints.clear()  # the browser tells of the 422
    page.get_by_label("Sampai (WIB)").fill("2099-01-31T22:00")
    page.get_by_role("button", name="Terbitkan", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Selesai.")
    # For partners alone, and of another service: not above a worker's page.
    expect(window.open("verification", "/status").locator(".hub-notices")).to_have_count(0)
    expect(window.open("verification", "/console").locator(".hub-notices")).to_contain_text("Pindah server")
    page = window.open("verification", "/console/notices")
    article = page.locator("article").filter(has_text="Pindah server")
    article.get_by_text("Beri tahu perkembangannya").click()
    article.get_by_label("Keadaannya").select_option("cancelled")
    for language in ("Indonesia", "Inggris"):
        article.get_by_label(f"Isi dalam bahasa {language}").fill("Batal.")
    article.get_by_role("button", name="Beri tahukan").click()
    expect(page.locator("section[aria-labelledby=ended]")).to_contain_text("Pindah server")
