"""The biller's page: works without script, in the order of work, and says what it could not read."""

from html.parser import HTMLParser

import pytest

from serving.examples import X12_EXAMPLE
from serving.pages import form_fields
from tests.serving.samples import TODAY, x12_of

VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """What a page holds: its text, its tags with attributes, and whether they close."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(self.words)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def send(client, body=X12_EXAMPLE, **fields):
    return client.post("/", files={"file": ("batch.837", body)}, data=fields)


def test_the_front_page_offers_a_form_that_needs_no_script(client):
    answer = client.get("/")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.all("script") == []
    assert page.all("form")[0] == {"method": "post", "action": "/", "enctype": "multipart/form-data"}
    labelled = {label["for"] for label in page.all("label")}
    assert {field["id"] for field in [*page.all("input"), *page.all("textarea")]} == labelled
    assert "script" not in answer.headers["content-security-policy"]


def test_everything_a_page_loads_is_here(client):
    for link in Page(client.get("/").text).all("link"):
        answer = client.get(link["href"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("body", [X12_EXAMPLE, X12_EXAMPLE.replace("\n", ""), X12_EXAMPLE.replace("\n", "\r\n")])
def test_a_file_becomes_a_worklist(client, body):
    answer = send(client, body)
    assert answer.status_code == 200
    page = Page(answer.text)
    assert f"1 claim as of {TODAY}" in page.text
    assert "EXAMPLE-001" in page.text
    assert "simulated" in page.text
    assert all(cell.get("scope") for cell in page.all("th"))


def test_pasted_text_does_as_well(client):
    answer = client.post("/", files={"file": ("", b""), "text": (None, X12_EXAMPLE)})
    assert answer.status_code == 200
    assert "EXAMPLE-001" in answer.text


def test_the_gravest_and_the_dearest_come_first(client):
    visit_only = {"SV1*HC:64483:RT*600*UN*1***1:2": "SV1*HC:99213*600*UN*1***1", "EXAMPLE-001*": "EXAMPLE-CALM*"}
    cheap = {"EXAMPLE-001*1150": "EXAMPLE-CHEAP*1032", "99214*250": "99214*132"}
    answer = send(client, x12_of(visit_only, cheap, {"EXAMPLE-001*": "EXAMPLE-DEAR*"}))
    rows = answer.text.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr")[1:]
    order = [row.partition("EXAMPLE-")[2].partition("<")[0] for row in rows]
    kinds = [row.partition('class="')[2].partition('"')[0] for row in rows]
    assert sorted(kinds, key=["reject", "deny", "risk"].index) == kinds
    assert order.index("DEAR") < order.index("CHEAP")


def test_each_claim_of_the_list_leads_to_its_details(client):
    page = Page(send(client).text)
    targets = {d["id"] for d in page.all("details") if "id" in d}
    assert {a["href"].lstrip("#") for a in page.all("a") if a["href"].startswith("#")} == targets != set()


def test_what_could_not_be_read_is_said_beside_what_could(client):
    page = Page(send(client, x12_of({}, {"EXAMPLE-001*1150": "EXAMPLE-002*11S0"})).text)
    assert "Could not be read: 1 claim" in page.text
    assert "CLM02" in page.text
    assert "EXAMPLE-001" in page.text


def test_what_is_sent_cannot_become_markup(client):
    answer = send(client, x12_of({"EXAMPLE-001*": "<script>alert(1)</script>*"}))
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("body", "fields", "status", "wording"),
    [
        ("", {}, 422, "Choose an 837P file, or paste its text."),
        ("hello", {}, 422, "expected an X12 interchange"),
        (X12_EXAMPLE, {"as_of": "tomorrow"}, 400, "Expected a day such as"),
    ],
)
def test_a_refusal_is_a_page_with_the_reason_and_the_form(client, body, fields, status, wording):
    answer = send(client, body, **fields)
    assert answer.status_code == status
    page = Page(answer.text)
    assert wording in page.text
    assert page.all("form")


def test_a_form_of_another_kind_is_refused_with_a_page(client):
    answer = client.post("/", data={"text": X12_EXAMPLE})
    assert answer.status_code == 415
    assert Page(answer.text).all("form")


def test_bytes_of_a_form_come_through_unchanged():
    content = bytes(range(1, 256)) + b"\r\nISA*\n~\r"
    body = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + content + b"\r\n--xx--\r\n"
    assert form_fields("multipart/form-data; boundary=xx", body)["file"] == content


def test_the_day_of_the_form_is_the_day_of_the_answer(client):
    assert "as of 2026-05-01" in send(client, as_of="2026-05-01").text


def test_a_claim_shows_what_its_record_should_hold(client):
    page = Page(send(client).text)
    assert "What the record should hold: 64483, 64484 (lines 2, 3): 0 present, 0 missing, " in page.text
    assert "At least 4 weeks. How long the pain has lasted." in page.text
    assert any(link["href"].startswith("https://www.cms.gov/medicare-coverage") for link in page.all("a"))


def test_a_risk_in_brackets_is_explained_where_it_stands(client):
    page = Page(send(client).text).text
    assert "(" in page
    assert "A risk in brackets is not to be relied on yet: its claim says why" in page


def test_a_claim_number_that_stands_twice_is_said(client):
    body = X12_EXAMPLE.replace("\n", "")
    start, end = body.index("HL*2*"), body.index("SE*")
    page = Page(send(client, body[:end] + body[start:end] + body[end:]).text).text
    assert "Claim EXAMPLE-001 to ZZMEDICARE stands 2 times in what you gave" in page
    assert "in what you gave" not in Page(send(client).text).text


def test_what_was_not_checked_is_said_as_the_command_line_says_it(client):
    said = Page(send(client).text).text
    assert "items of the record" in said
    assert "wait for it" in said
    assert "evidence " not in said.split("Not checked")[1]
