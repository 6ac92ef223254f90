"""`/docs` is made from the OpenAPI document, loads nothing from elsewhere, and what it tells people to paste works."""

import html
import re


def commands(client):
    return [html.unescape(shown) for shown in re.findall(r"<pre>(.*?)</pre>", client.get("/docs").text, re.S)]


def test_every_call_of_the_api_is_explained(client):
    shown = client.get("/docs").text
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in shown


def test_what_is_shown_works_when_pasted(client):
    posted = 0
    for command in commands(client):
        url = re.search(r"http://[^ \n]+", command)[0]
        if "<<'BODY'" in command:
            kind = re.search(r"Content-Type: ([^']+)", command)[1]
            body = command.split("<<'BODY'\n")[1].removesuffix("\nBODY")
            answer = client.post(url, content=body, headers={"Content-Type": kind})
            posted += 1
        else:
            answer = client.get(url)
        assert answer.status_code == 200, command[:200]
    assert posted >= 2


def test_nothing_is_loaded_from_elsewhere(client):
    shown = client.get("/docs").text
    assert "<script" not in shown
    assert not re.findall(r'(?:src|href)="https?://', shown)
