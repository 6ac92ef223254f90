"""The parts of a report that is one HTML file: headings, tables, figures, and not one address to fetch from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

SIMULATED = "Simulated claims: these figures say how the tool works, not what your payers do."

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto; max-width: 62rem;
  padding: 1rem 1.25rem 4rem; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #767676; } h3 { margin-top: 1.75rem; }
.banner { background: #fff3cd; border: 2px solid #8a5a00; padding: .6rem 1rem; font-weight: 600; position: sticky;
  top: 0; }
.lead { font-size: 1.1rem; } .note { color: #4d4d4d; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .75rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; } th, td { padding: .25rem .7rem; text-align: right;
  border-bottom: 1px solid #d0d0d0; vertical-align: top; } th:first-child, td:first-child { text-align: left; }
thead th { border-bottom: 2px solid #4d4d4d; } tbody th { font-weight: 400; } figure { margin: 1rem 0; }
figure svg { max-width: 100%; height: auto; } nav ul { columns: 2; padding-left: 1.2rem; } summary { cursor: pointer; }
@media print { .banner { position: static; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
"""


@dataclass(frozen=True)
class Page:
    """Writes the parts; where the claims are simulated every heading, table and figure says so."""

    simulated: bool

    def section(self, name: str, title: str, *parts: str) -> str:
        """A part of the page with its heading; nothing where it has no content."""
        inside = "".join(parts)
        if not inside:
            return ""
        return f'<section id="{name}"><h2>{escape(title)}{self._mark()}</h2>{inside}</section>'

    def table(self, caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        """A table whose first column names its rows; nothing without rows."""
        body = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
            for row in rows
        )
        if not body:
            return ""
        columns = "".join(f'<th scope="col">{escape(word)}</th>' for word in head)
        return (
            f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
            f"<caption>{escape(caption)}{self._mark()}</caption>"
            f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def figure(self, svg: str, caption: str, table: str = "") -> str:
        """A plot with its caption, and below it the same as a table for whoever cannot see it."""
        numbers = f"<details><summary>The numbers of this plot</summary>{table}</details>" if table else ""
        return f"<figure>{svg}<figcaption>{escape(caption)}{self._mark()}</figcaption></figure>{numbers}"

    def document(self, title: str, sections: Sequence[tuple[str, str, str]]) -> str:
        """The whole page from (name, title, content) of its sections; those without content are left out."""
        kept = [(name, words, self.section(name, words, inside)) for name, words, inside in sections if inside]
        links = "".join(f'<li><a href="#{name}">{escape(words)}</a></li>' for name, words, _ in kept)
        banner = f'<p class="banner" role="note">{SIMULATED}</p>' if self.simulated else ""
        shown = escape(f"{title} (simulated)" if self.simulated else title)
        return (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{shown}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{STYLE}</style></head><body><header>{banner}<h1>{shown}</h1>"
            f'<nav aria-label="Contents"><ul>{links}</ul></nav></header>'
            f"<main>{''.join(inside for _, _, inside in kept)}</main></body></html>\n"
        )

    def _mark(self) -> str:
        return " (simulated)" if self.simulated else ""


def paragraphs(*texts: str, kind: str = "") -> str:
    """Each text as a paragraph; empty ones are left out."""
    mark = f' class="{kind}"' if kind else ""
    return "".join(f"<p{mark}>{escape(text)}</p>" for text in texts if text)


def bullets(texts: Sequence[str]) -> str:
    """A list of sentences; nothing for none."""
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>" if texts else ""
