//! What was typed, before it means anything.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Audit-proof SLA reports from help desk exports.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Examples:\n  sla init tickets.csv\n  sla report --period 2026-09\n  sla check --config sla.toml\n  sla explain INC-1042\n  sla calendar business --elapsed 2026-09-01T17:00:00Z 2026-09-02T09:00:00Z"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// Colours in messages; `auto` heeds `NO_COLOR`, `CLICOLOR_FORCE` and whether somebody watches
    #[arg(long, value_name = "WHEN", global = true, value_enum, default_value_t)]
    pub color: Color,
}

/// When messages have colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read the exports and write the report of one period
    Report(ReportArgs),
    /// The same, and fail with exit code 1 where a gate doesn't hold
    Run(ReportArgs),
    /// Judge gates by a summary.json that is there already
    Gate(GateCommandArgs),
    /// Say what changed between two summary.json
    Diff(DiffArgs),
    /// Answer one SQL query over the tables of a report
    Query(QueryArgs),
    /// Draw up a configuration for the exports of a help desk
    Init(InitArgs),
    /// Check configuration, queries and exports; write nothing
    Check(CommonArgs),
    /// Show how each clock of one ticket came to its verdict
    Explain(ExplainArgs),
    /// Show a calendar's month, or answer with its arithmetic
    Calendar(CalendarArgs),
    /// Find recurring problem areas and what would help
    Areas(AreasArgs),
    /// Replay history under another policy and say what would change
    WhatIf(WhatIfArgs),
    /// Print the JSON schema of a file that is written
    Schema(SchemaArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

/// What every command that reads exports takes.
#[derive(Debug, Args)]
pub struct CommonArgs {
    /// The configuration; otherwise `sla.toml` here or in a folder above
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// Replace the path of one input, such as tickets=exports/2026-09.csv (repeatable)
    #[arg(long, value_name = "TABLE=PATH")]
    pub input: Vec<String>,
    /// When open tickets are judged: 2026-09-30T23:59:59Z, or 2026-09-30 for the end of that day
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
    /// Highest share of rejected rows, such as 1%
    #[arg(long, value_name = "SHARE")]
    pub max_reject: Option<String>,
    /// Fail if any row is rejected
    #[arg(long)]
    pub strict: bool,
    /// Print errors only
    #[arg(short, long)]
    pub quiet: bool,
    /// Print what each stage took
    #[arg(short, long)]
    pub verbose: bool,
    /// Show no moving line while working
    #[arg(long)]
    pub no_progress: bool,
}

/// `sla init`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sla init tickets.csv history.csv\n  sla init export.xlsx --preset zammad --dir september\n  zcat tickets.csv.gz | sla init -"
)]
pub struct InitArgs {
    /// Files that the help desk exported, in any of the known formats; `-` is standard input
    #[arg(required = true, value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    /// The product, if it isn't to be recognised: servicenow, jira, zendesk, freshdesk, freshservice,
    /// glpi, zammad, osticket, otrs, rt, itop, boston311 or plain
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// The folder to write `sla.toml` into
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Replace a `sla.toml` that is there
    #[arg(long)]
    pub force: bool,
    /// Print errors only
    #[arg(short, long)]
    pub quiet: bool,
}

/// `sla report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    /// 2026-09, 2026-Q3, 2026, 2026-08-01..2026-08-31 or last-month
    #[arg(long, value_name = "PERIOD", default_value = "last-month")]
    pub period: String,
    /// Where to write
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// What to write
    #[arg(long, value_delimiter = ',', default_values = ["html", "csv", "xlsx", "svg", "json", "md", "metrics", "junit", "slack"])]
    pub format: Vec<Format>,
    /// Leave out data/*.parquet
    #[arg(long)]
    pub no_data: bool,
    /// Don't guard text in CSV files against spreadsheets that run formulas
    #[arg(long)]
    pub csv_raw: bool,
    /// How CSV files are written; excel-pt has semicolons, decimal commas and a byte order mark
    #[arg(long, value_enum, default_value_t = CsvDialect::Rfc4180, value_name = "DIALECT")]
    pub csv_dialect: CsvDialect,
    /// Take names and texts out of everything that is written: customer, site, assignee, text;
    /// requesters are never written
    #[arg(long, value_delimiter = ',', value_enum, value_name = "WHAT")]
    pub redact: Vec<Redact>,
    /// Earlier summary.json files, for months that the exports don't reach back to (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub history: Vec<String>,
    /// The zone of periods and of printed times, such as Europe/Lisbon; otherwise as configured
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<chrono_tz::Tz>,
    /// End metrics.prom as OpenMetrics wants it, for GitLab
    #[arg(long)]
    pub openmetrics: bool,
    /// Say in metrics.prom when the run ended, which makes the file another one each time
    #[arg(long)]
    pub metrics_runtime: bool,
    /// The language of the report: en-GB or pt-PT
    #[arg(long, value_name = "TAG")]
    pub locale: Option<String>,
    /// Most rows of a ticket table on the page
    #[arg(long, value_name = "N")]
    pub html_rows: Option<usize>,
    /// What the page says of single tickets
    #[arg(long, value_enum, default_value_t = HtmlDetail::Full, value_name = "DETAIL")]
    pub html_detail: HtmlDetail,
    /// Exit with 0 although no ticket falls into the period
    #[arg(long)]
    pub allow_empty: bool,
    #[command(flatten)]
    pub gates: GateArgs,
    /// Print summary.json instead of sentences
    #[arg(long)]
    pub json: bool,
    /// Append summary.md to the job page of GitHub Actions and mark gates that don't hold
    #[arg(long, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub github: When,
}

/// How CSV files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CsvDialect {
    /// Commas, UTF-8, LF
    #[value(name = "rfc4180")]
    Rfc4180,
    /// Semicolons, decimal commas, byte order mark, CRLF
    ExcelPt,
}

/// What can be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Redact {
    Customer,
    Site,
    Assignee,
    Requester,
    Text,
}

/// What the page says of single tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HtmlDetail {
    /// Nothing: no table of tickets
    None,
    /// Ids, clocks, verdicts, times and numbers, no other text
    Ids,
    /// All there is
    Full,
}

/// What `report`, `run` and `gate` have in common.
#[derive(Debug, Args)]
pub struct GateArgs {
    /// A check such as 'on_site.attainment >= 90%', beside those of the configuration (repeatable)
    #[arg(long, value_name = "CHECK")]
    pub gate: Vec<String>,
    /// How bad it is if those of the command line don't hold
    #[arg(long, value_enum, default_value_t = Level::Error, value_name = "LEVEL")]
    pub gate_level: Level,
    /// Shares of fewer decided clocks are inconclusive; otherwise as configured
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    pub min_n: Option<i64>,
    /// What an inconclusive gate counts as
    #[arg(long, value_enum, default_value_t = Inconclusive::Warn, value_name = "RESULT")]
    pub inconclusive: Inconclusive,
    /// Exit with 0 although a gate doesn't hold
    #[arg(long)]
    pub exit_zero: bool,
}

/// A gate's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    Warn,
    Error,
}

/// What an inconclusive gate counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Inconclusive {
    Pass,
    Warn,
    Fail,
}

/// Whether to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Where the environment asks for it
    Auto,
    On,
    Off,
}

/// `sla gate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sla gate out/2026-09/summary.json --gate 'on_site.attainment >= 90%'\n  sla gate out/2026-09/summary.json --config sla.toml"
)]
pub struct GateCommandArgs {
    /// A summary.json
    pub summary: PathBuf,
    /// A configuration whose gates count; without it, those that the summary was made with
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub gates: GateArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print errors only
    #[arg(short, long)]
    pub quiet: bool,
}

/// `sla diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier summary.json
    pub old: PathBuf,
    /// The later one
    pub new: PathBuf,
    /// Print Markdown
    #[arg(long)]
    pub md: bool,
}

/// `sla query`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sla query 'SELECT severity, COUNT(*) AS n FROM tickets GROUP BY severity ORDER BY n DESC'\n  sla query --format csv 'SELECT * FROM clocks WHERE is_missed' > missed.csv"
)]
pub struct QueryArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    /// One SELECT or WITH; `-` reads it from standard input
    pub sql: String,
    /// The period that `is_in_period` and the like mean
    #[arg(long, value_name = "PERIOD", default_value = "last-month")]
    pub period: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = QueryFormat::Table)]
    pub format: QueryFormat,
}

/// How the rows of a query are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueryFormat {
    Table,
    Csv,
    Json,
}

/// `sla schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of which file
    #[arg(value_enum)]
    pub of: SchemaOf,
}

/// Files with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `sla.toml`, for editors (draft-07)
    Config,
    Summary,
    Manifest,
}

/// `sla completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// What can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Html,
    Csv,
    Xlsx,
    Svg,
    Png,
    Json,
    Md,
    Metrics,
    Junit,
    Slack,
}

/// `sla explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    /// The ticket's id
    pub ticket: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `sla calendar`.
#[derive(Debug, Args)]
pub struct CalendarArgs {
    /// The calendar's name in the configuration, or 24x7
    pub name: String,
    /// The configuration; otherwise `sla.toml` here or in a folder above
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// The month to print, such as 2026-09
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<String>,
    /// The zone to compute in, for a calendar that follows the site
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Open time between two instants
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"])]
    pub elapsed: Vec<String>,
    /// The instant at which a duration is used up, such as 4h or 1bd
    #[arg(long, num_args = 2, value_names = ["FROM", "DURATION"])]
    pub add: Vec<String>,
}

/// `sla what-if`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sla what-if --set clocks.on_site.limit=3h\n  sla what-if --set 'clocks.resolution.targets.\"2 - High\".limit=8h' --set clocks.resolution.pauses=false\n  sla what-if --set 'contracts.\"K-1002\".calendar=24x7' --period 2026-09\n  sla what-if --with gold.toml\n  sla what-if --sweep clocks.on_site.limit=2h..6h/30m"
)]
pub struct WhatIfArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    /// Change one key of the configuration (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// A configuration to compare with; without [inputs] it is laid over the first one
    #[arg(long, value_name = "PATH")]
    pub with: Option<PathBuf>,
    /// Try a key with many values, such as clocks.on_site.limit=2h..6h/30m
    #[arg(long, value_name = "KEY=FROM..TO/STEP")]
    pub sweep: Option<String>,
    /// Compare one period only, as in `report`; otherwise all history up to as-of
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Where to write; results go to its folder `what-if`
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `sla areas`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sla areas\n  sla areas --explain 1\n  sla areas --since 2026-09-01 --all\n  sla areas --store areas.json\n  sla areas --store areas.json --outcome 'error_code=ORA-BK-4711=confirmed'"
)]
pub struct AreasArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    /// First day of the current window; otherwise as many days before as-of as configured
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Say everything about one area: its place in the list, or its id
    #[arg(long, value_name = "AREA")]
    pub explain: Option<String>,
    /// List also the areas to watch
    #[arg(long)]
    pub all: bool,
    /// A file that keeps the flags of earlier runs and what became of them
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// What became of a stored flag: AREA=confirmed or AREA=false-alarm (repeatable)
    #[arg(long, value_name = "AREA=OUTCOME", requires = "store")]
    pub outcome: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
