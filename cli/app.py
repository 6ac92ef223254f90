"""`cleanclaim`: the commands, their help, and what a shell sees of an error.

Exit codes: 0 done; 1 done, with something refused (said on stderr); 2 unusable input or arguments. Libraries are
imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claims.claim import PayerType
from claims.errors import CleanclaimError
from cli.audit_commands import audit_app
from cli.authorizations_commands import authorizations_app
from cli.console import say
from cli.eligibility_commands import eligibility_app
from cli.options import AsJson, AsOf, Files, date_of, day_of, finish, flags_of
from cli.payers_commands import payers_app
from cli.report_commands import report_app
from cli.rules_commands import rules_app
from cli.tables_commands import tables_app

if TYPE_CHECKING:
    from serving.settings import Settings

EXIT_UNUSABLE = 2

app = typer.Typer(
    name="cleanclaim",
    help="Say, before a claim is sent, which lines the payer will deny, why, and which honest fix changes that.",
    epilog="Begin with: `cleanclaim score batch.837`, `cleanclaim ingest sent/ remits/`, "
    "or `cleanclaim serve` for the browser. Each command says more with `--help`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(audit_app, name="audit")
app.add_typer(rules_app, name="rules")
app.add_typer(tables_app, name="tables")
app.add_typer(report_app, name="report")
app.add_typer(payers_app, name="payers")
app.add_typer(authorizations_app, name="authorizations")
app.add_typer(eligibility_app, name="eligibility")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"cleanclaim {version('cleanclaim')}")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    home: Annotated[
        Path,
        typer.Option(envvar="CLEANCLAIM_HOME", help="Holds the store, tables, MLflow tracking and models."),
    ] = Path(".cleanclaim"),
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    ctx.obj = _settings(home)


@app.command()
def score(
    ctx: typer.Context,
    files: Files,
    as_of: AsOf = None,
    as_json: AsJson = False,
    why: Annotated[
        bool, typer.Option("--why", help="Below the list, each claim with its findings and reasons.")
    ] = False,
    top: Annotated[int, typer.Option(min=0, help="Show only the first N claims of the list; 0 shows all.")] = 0,
    similar: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            max=20,
            help="Below each line of --why, N denied and N paid past lines most like it; 0 shows none.",
        ),
    ] = 0,
) -> None:
    """Score every service line of a batch: the rules, the model, and what would change the answer.

    Examples:

        cleanclaim score batch.837

        cleanclaim score batch.837 --as-of 2026-03-02 --why --top 5

        cleanclaim score batch.837 --similar 3 --top 5

        cleanclaim score batch.837 --json | jq 'select(.attention != "risk") | .claim_id'
    """
    from cli.assess import score_files  # noqa: PLC0415
    from cli.payer_profiles import say_left_out  # noqa: PLC0415
    from serving.start import build_assessor  # noqa: PLC0415

    assessor, day = build_assessor(ctx.obj), day_of(as_of)
    lost = say_left_out(assessor.tables)
    finish(max(lost, score_files(assessor, files, day, as_json=as_json, why=why, top=top, similar=similar)))


@app.command()
def scrub(
    ctx: typer.Context,
    files: Files,
    as_of: AsOf = None,
    as_json: AsJson = False,
    repair: Annotated[
        Path | None,
        typer.Option("--repair", metavar="OUT", help="Write the one 837P named, with every repair of form made."),
    ] = None,
) -> None:
    """Check a batch against the rules only; no model, no history of payers.

    What would be written differently (case, blanks, ZIP codes, dots in diagnoses, the order of modifiers) is shown
    below the findings, and made only with --repair: in a new file, the one given stays as it is.

    Examples:

        cleanclaim scrub batch.837 --as-of 2026-03-02

        cleanclaim scrub batch.837 --repair batch.repaired.837
    """
    from cli.assess import scrub_files  # noqa: PLC0415
    from cli.payer_profiles import say_left_out  # noqa: PLC0415
    from cli.repair import repair_file, show_repairs  # noqa: PLC0415
    from serving.start import build_assessor  # noqa: PLC0415

    if repair is not None and len(files) != 1:
        raise typer.BadParameter("--repair writes one file: name one FILE", param_hint="--repair")
    assessor = build_assessor(ctx.obj)
    lost = say_left_out(assessor.tables)
    code = max(lost, scrub_files(assessor, files, day_of(as_of), as_json=as_json))
    if repair is not None:
        repair_file(assessor.tables, files[0], repair)
    elif not as_json:
        show_repairs(assessor.tables, files)
    finish(code)


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="X12 files; `-` reads standard input.")],
    ack: Annotated[
        Path | None, typer.Option("--ack", metavar="OUT", help="Write the 999 that answers the file.")
    ] = None,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, help="Show so many findings of one kind; the rest is counted.")] = 20,
) -> None:
    """Find everything wrong with a file before it is sent: syntax, the guide, balances, pointers.

    Exit code 0: nothing wrong, warnings there may be. 1: errors. 2: not X12.

    Examples:

        cleanclaim validate batch.837

        cleanclaim validate batch.837 --ack batch.999 --json | jq 'select(.severity == "error") | .message'
    """
    from cli.validate import validate_files  # noqa: PLC0415

    finish(validate_files(files, ack, as_json=as_json, limit=limit))


@app.command()
def ingest(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH...", help="837P, 835, 277CA, 999, 278 and 271 files, or folders; with --map, CSV."
        ),
    ] = None,
    as_json: AsJson = False,
    export_map: Annotated[
        Path | None,
        typer.Option("--map", metavar="MAP.toml", help="The PATHs are exports (CSV) that this map describes."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --map: say what would be read, and write nothing.")
    ] = False,
    map_example: Annotated[bool, typer.Option("--map-example", help="Print a commented map to begin with.")] = False,
) -> None:
    """Read claims sent, remittances and other answers into the store, in any order; reading twice changes nothing.

    What a billing system exports as CSV is read too, by a map of its columns (docs/history-from-elsewhere.md).

    Examples:

        cleanclaim ingest sent/ remits/2026-03/

        cleanclaim ingest --map-example > map.toml

        cleanclaim ingest --map map.toml export.csv --dry-run
    """
    from cli.exports import ingest_exports, show_map_example  # noqa: PLC0415
    from cli.learn import ingest_paths  # noqa: PLC0415

    if map_example:
        finish(show_map_example())
        return
    if not paths:
        raise typer.BadParameter("name at least one file or folder", param_hint="PATH...")
    if export_map is not None:
        finish(ingest_exports(ctx.obj, paths, export_map, dry_run=dry_run, as_json=as_json))
    elif dry_run:
        raise typer.BadParameter("--dry-run goes with --map", param_hint="--dry-run")
    else:
        finish(ingest_paths(ctx.obj, paths, as_json=as_json))


@app.command()
def labels(
    ctx: typer.Context,
    as_of: AsOf = None,
    explain: Annotated[
        str,
        typer.Option("--explain", metavar="REF", help="The whole story of one submission (its ref) or claim (its id)."),
    ] = "",
    line: Annotated[int | None, typer.Option("--line", min=1, help="With --explain: only this line.")] = None,
    relabel: Annotated[
        bool,
        typer.Option("--relabel", help="Link and label all that the store holds anew, by labels.toml as it is now."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The ledger: for every submitted line what the payer said first, and why we call it that.

    What denies, what cuts, which Reason a code means and how long an answer may take can be set in `labels.toml` under
    the home folder (docs/labels.md).

    Examples:

        cleanclaim labels

        cleanclaim labels --json | jq 'select(.outcome == "denied") | .why'

        cleanclaim labels --explain 9f2c51a07be3d840 --line 2
    """
    from cli.learn import show_labels  # noqa: PLC0415
    from cli.ledger import explain_label, relabel_store  # noqa: PLC0415

    if line is not None and not explain:
        raise typer.BadParameter("--line goes with --explain REF", param_hint="--line")
    if relabel and explain:
        raise typer.BadParameter("give --explain or --relabel, not both", param_hint="--relabel")
    if relabel:
        finish(relabel_store(ctx.obj, as_json=as_json))
    elif explain:
        finish(explain_label(ctx.obj, explain, day_of(as_of), line=line, as_json=as_json))
    else:
        finish(show_labels(ctx.obj, day_of(as_of), as_json=as_json))


@app.command()
def simulate(
    out: Annotated[Path | None, typer.Option(help="Folder to write; it must be new or empty. Required.")] = None,
    months: Annotated[int, typer.Option(min=1, max=120)] = 12,
    claims_per_month: Annotated[int, typer.Option(min=1, max=100_000)] = 400,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
    start: Annotated[
        datetime, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="First day of the pretend practice.")
    ] = datetime(2024, 10, 1),  # noqa: DTZ001
    practice: Annotated[
        int,
        typer.Option(
            min=0, max=999, help="Which practice: other people, another mix and other habits, at the same payers."
        ),
    ] = 0,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME,...",
            help="Mechanisms to leave out: quirks, provider_habits, documentation_quality, enrolment_gaps, "
            "policy_changes, new_codes, deductibles, label_noise, payer_mistakes, unanswered, reversals, appeals, "
            "rework, second_payers, session_limits, lapsed_cover, other_payer_first, authorization_mismatch, noise, "
            "staff_slips.",
        ),
    ] = None,
    list_mechanisms: Annotated[
        bool, typer.Option("--list-mechanisms", help="Say what each of them is, write nothing, and end.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the 837P and 835 files of a pretend pain practice, with the truth beside them. Nothing in them is real.

    Examples:

        cleanclaim simulate --months 18 --claims-per-month 500 --seed 7 --out pretend/

        cleanclaim simulate --practice 3 --without quirks,label_noise --out another/

        cleanclaim simulate --list-mechanisms
    """
    from cli.pretend import list_switches, simulate_practice  # noqa: PLC0415

    if list_mechanisms:
        finish(list_switches(as_json=as_json))
        return
    if out is None:
        raise typer.BadParameter("say where to write: a new or empty folder", param_hint="--out")
    left_out = [name.strip() for names in without or () for name in names.split(",") if name.strip()]
    finish(
        simulate_practice(
            out, months, claims_per_month, seed, start.date(), practice=practice, without=left_out, as_json=as_json
        )
    )


@app.command()
def train(
    ctx: typer.Context,
    until: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Use only what was known before this day."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed and data fit the same model.")] = 1,
    simulated: Annotated[
        bool,
        typer.Option(
            "--simulated",
            help="The store holds simulated claims: say so wherever this model answers. "
            "Test interchanges (ISA15 = T) say it by themselves.",
        ),
    ] = False,
    truth: Annotated[
        Path | None, typer.Option(help="truth.parquet of a simulation: also compare with the true probabilities.")
    ] = None,
    exclude: Annotated[
        str,
        typer.Option(
            metavar="FLAGS",
            help="Leave out lines with these flags of the ledger: duplicate, payer_mistake (with commas).",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Fit a model on the store's claims and remittances, evaluate it on later ones, and keep it as challenger.

    Examples:

        cleanclaim train

        cleanclaim train --until 2026-03-01 --json

        cleanclaim train --exclude duplicate,payer_mistake
    """
    from cli.learn import train_model  # noqa: PLC0415

    flags = flags_of(exclude)
    finish(
        train_model(
            ctx.obj, date_of(until), seed=seed, simulated=simulated, truth=truth, exclude=flags, as_json=as_json
        )
    )


@app.command()
def evaluate(
    ctx: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VERSION | PATH...]",
            help="A model version or an alias (challenger, champion); with --lookback files and folders.",
            show_default="challenger",
        ),
    ] = None,
    lookback: Annotated[
        bool,
        typer.Option(
            "--lookback",
            help="Prove it on my data: read the 837P and 835 files named into a store that is thrown away, learn from "
            "the earlier part, and say what would have been caught in the later part.",
        ),
    ] = False,
    rolling: Annotated[
        int,
        typer.Option(
            min=0, max=24, metavar="K", help="Fit anew at K days of the past and test each time on what followed."
        ),
    ] = 0,
    report: Annotated[
        Path | None, typer.Option(metavar="OUT.html", help="Write a report for people: one file, nothing to fetch.")
    ] = None,
    minutes_per_claim: Annotated[
        float, typer.Option(min=0, help="Minutes to look at a claim and mend it (our assumption: put in your own).")
    ] = 6.0,
    hourly_cost: Annotated[float, typer.Option(min=0, help="Dollars an hour of that work costs (assumption).")] = 30.0,
    rework_cost: Annotated[float, typer.Option(min=0, help="Dollars to rework one denied claim (assumption).")] = 25.0,
    lost_share: Annotated[
        float,
        typer.Option(min=0, max=1, help="Of a denied dollar charged, what is never paid in the end (assumption)."),
    ] = 0.2,
    fixable: Annotated[
        float, typer.Option(min=0, max=1, help="Of the denials foreseen, those that can be prevented (assumption).")
    ] = 0.5,
    truth: Annotated[Path | None, typer.Option(help="truth.parquet of a simulation.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model, or a way of training, on claims that came after those it learned from; never on a random split.

    Every figure has an interval by patient; simpler ways are measured on the same lines. Dollars rest on the five
    assumptions above, which are ours and not facts about your practice.

    Examples:

        cleanclaim evaluate champion --report report.html

        cleanclaim evaluate --rolling 4 --report report.html

        cleanclaim evaluate --lookback sent/ remits/ --minutes-per-claim 4 --report report.html
    """
    from cli.evaluate import evaluate_files, evaluate_rolling, evaluate_version, require_writable  # noqa: PLC0415
    from cli.learn import needs  # noqa: PLC0415

    needs("mlflow")
    from training.worth import Effort  # noqa: PLC0415

    named = what or []
    if not lookback and (len(named) > 1 or (named and rolling)):
        raise typer.BadParameter("name one VERSION; files need --lookback, and --rolling needs no version")
    require_writable(report)
    effort = Effort(minutes_per_claim, hourly_cost, rework_cost, lost_share, fixable)
    if lookback:
        paths = [Path(name) for name in named]
        code = evaluate_files(
            ctx.obj, paths, rolling=rolling, truth=truth, effort=effort, report=report, as_json=as_json
        )
    elif rolling:
        code = evaluate_rolling(ctx.obj, rolling, truth=truth, effort=effort, report=report, as_json=as_json)
    else:
        version = named[0] if named else "challenger"
        code = evaluate_version(ctx.obj, version, truth=truth, effort=effort, report=report, as_json=as_json)
    finish(code)


@app.command()
def promote(
    ctx: typer.Context,
    version: Annotated[str, typer.Argument(help="The model version to serve, or `challenger`.")] = "challenger",
    force: Annotated[bool, typer.Option("--force", help="Promote although the metric gate says no.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a version the champion: move the alias, export the bundle that `score` and `serve` load.

    Example:

        cleanclaim promote 3
    """
    from cli.learn import promote_model  # noqa: PLC0415

    finish(promote_model(ctx.obj, version, force=force, as_json=as_json))


@app.command()
def rollback(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Go back to the champion before this one; doing it twice comes back.

    Example:

        cleanclaim rollback
    """
    from cli.learn import roll_back_model  # noqa: PLC0415

    finish(roll_back_model(ctx.obj, as_json=as_json))


@app.command()
def serve(
    ctx: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this machine's need CLEANCLAIM_ALLOW_REMOTE.")
    ] = "",
    port: Annotated[int, typer.Option(min=-1, max=65535, help="Port; 0 takes a free one.", show_default="8000")] = -1,
) -> None:
    """Answer over HTTP: `POST /v1/assessments`, its documentation at `/docs`, the page at `/`.

    Example:

        cleanclaim serve --port 8000
    """
    from serving.serve import serve as run  # noqa: PLC0415
    from serving.settings import UnsafeSettings  # noqa: PLC0415

    given = ({"host": host} if host else {}) | ({"port": port} if port >= 0 else {})
    try:
        settings = replace(ctx.obj, **given)
    except UnsafeSettings as error:
        raise typer.BadParameter(str(error)) from error
    run(settings)


@app.command()
def checklist(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="A procedure code, such as 62323.")],
    payer_type: Annotated[PayerType, typer.Option(help="The kind of payer that would decide.")] = PayerType.MEDICARE,
    claim: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A claim (837P or JSON): say what of it is there.")
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What the record should hold for a procedure: present, missing or unknown, each with who asks for it.

    Examples:

        cleanclaim checklist 62323

        cleanclaim checklist 64635 --payer-type medicare_advantage --claim claim.json
    """
    from cli.checklist import show_checklist  # noqa: PLC0415
    from cli.payer_profiles import say_left_out  # noqa: PLC0415
    from scrubber.tables import load_tables  # noqa: PLC0415
    from serving.start import open_pasts  # noqa: PLC0415

    tables = load_tables(ctx.obj.home)
    lost = say_left_out(tables)
    pasts = open_pasts(_settings(ctx.obj.home), tables, None)
    finish(max(lost, show_checklist(tables, pasts, code, payer_type, day_of(as_of), claim, as_json=as_json)))


def _settings(home: Path) -> Settings:
    from serving.settings import UnsafeSettings, read_settings  # noqa: PLC0415

    try:
        return replace(read_settings(os.environ), home=home)
    except UnsafeSettings as error:
        raise typer.BadParameter(str(error)) from error


def main() -> None:
    """Run the command line; whatever is wrong with the input ends in one worded line and an exit code."""
    try:
        app()
    except CleanclaimError as error:
        say(f"error: {error}")
        sys.exit(EXIT_UNUSABLE)
    except BrokenPipeError:  # the reader of our output went away; nothing is left to say to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
