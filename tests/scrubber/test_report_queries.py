"""Report queries stand in the catalogue, apart from the rules."""

import pytest

from docs.build_rules import wanted
from scrubber import RULES
from scrubber.catalogue import catalogue, index, page
from scrubber.report_queries import REPORT_QUERIES


def test_no_report_is_a_rule():
    assert set(REPORT_QUERIES) == {"DOC-015", "FIN-004"}
    assert not set(REPORT_QUERIES) & set(RULES)
    assert not set(REPORT_QUERIES) & {entry["id"] for entry in catalogue()}


@pytest.mark.parametrize("query_id", sorted(REPORT_QUERIES))
def test_a_page_says_what_it_is_and_names_the_command(query_id):
    query, text = REPORT_QUERIES[query_id], page(query_id)
    assert text.startswith(f"# {query_id}: {query.summary}\n")
    for part in ("not a rule", query.command, query.remedy, *query.examples):
        assert part in text
    assert wanted()[f"{query_id}.md"] == text
    assert f"[{query_id}]({query_id}.md)" in index()


@pytest.mark.parametrize("query_id", sorted(REPORT_QUERIES))
def test_its_examples_are_commands_that_exist(query_id):
    import typer

    from cli.app import app

    reports = typer.main.get_command(app).commands["report"].commands
    for example in REPORT_QUERIES[query_id].examples:
        _, group, name, *words = example.split()
        assert group == "report"
        known = {option for p in reports[name].params for option in p.opts}
        assert {word for word in words if word.startswith("--")} <= known
