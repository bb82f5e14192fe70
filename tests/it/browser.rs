//! The page as a browser sees it, on screen and on paper, and every format with
//! an export that means harm.
//!
//! Runs where Chromium and pdftotext are installed. Elsewhere it says on
//! standard error that it was left out, or fails if `SLA_BROWSER=required`.
//! What the numbers are is told by other tests: here is only what of them
//! reaches a reader.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::common::{root, sla, text};

/// A browser that takes longer hangs; the longest check takes some seconds, but
/// others may need the processors.
const PATIENCE: Duration = Duration::from_secs(300);

/// Rows of a table that paper gets, as the style sheet says.
const PRINTED: usize = 80;

/// Rows of a table that the screen gets at once, as the script says.
const SHOWN: usize = 500;

// What is needed, and how it is run.

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| std::env::split_paths(&path).map(|at| at.join(name)).find(|at| at.is_file()))
}

/// Chromium, if it and pdftotext are here.
fn browser() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let chromium = program(&["chromium", "chromium-browser", "google-chrome"]);
        let missing = match &chromium {
            None => "Chromium",
            Some(_) if program(&["pdftotext"]).is_none() => "pdftotext",
            Some(_) => return chromium,
        };
        // Not `eprintln!`, which the test harness keeps to itself if a test passes.
        let _ = writeln!(std::io::stderr(), "skipped: the checks of the page, as {missing} isn't installed");
        None
    });
    let is_required = std::env::var("SLA_BROWSER").is_ok_and(|value| value == "required");
    assert!(
        found.is_some() || !is_required,
        "SLA_BROWSER=required, but Chromium or pdftotext isn't installed"
    );
    found.as_deref()
}

/// What a program wrote, or a panic if it fails or hangs.
fn finished(command: &mut Command, folder: &Path) -> (String, String) {
    // Files, as a pipe that nobody empties would stop the program.
    let [out, err] = ["stdout", "stderr"].map(|name| folder.join(name));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if begun.elapsed() > PATIENCE => {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("{command:?} takes more than {PATIENCE:?}");
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let (out, err) = (read(out), read(err));
    assert!(status.success(), "{command:?}: {status}\n{err}");
    (out, err)
}

#[derive(Clone, Copy, PartialEq)]
enum Script {
    On,
    Off,
}

/// Opens a page from the disk in a browser without a past.
fn open(page: &Path, hash: &str, script: Script, what: &str) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    if script == Script::Off {
        // As a reader would switch it off: with `--blink-settings=scriptEnabled=false`
        // the browser can't run its own command page and dumps nothing.
        fs::create_dir(profile.path().join("Default")).unwrap();
        fs::write(
            profile.path().join("Default/Preferences"),
            r#"{"profile":{"default_content_setting_values":{"javascript":2}}}"#,
        )
        .unwrap();
    }
    let mut command = Command::new(browser().unwrap());
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"])
        .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
        .args(["--enable-logging=stderr", "--v=0", "--virtual-time-budget=15000", "--no-pdf-header-footer"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(what)
        .arg(format!("file://{}{hash}", page.display()));
    finished(&mut command, profile.path())
}

/// The document after loading, and what the console says of it.
struct Seen {
    document: Node,
    complaints: Vec<String>,
}

fn see(page: &Path, hash: &str, script: Script) -> Seen {
    let (out, err) = open(page, hash, script, "--dump-dom");
    let complaints = err.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    Seen { document: Node::parse(&out), complaints }
}

/// The pages of a printed page, in the order in which the browser painted them, and all
/// words that reach into a margin.
fn print(page: &Path, hash: &str) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("page.pdf");
    open(page, hash, Script::On, &format!("--print-to-pdf={}", pdf.display()));
    let read = |how| finished(Command::new("pdftotext").arg(how).arg(&pdf).arg("-"), folder.path()).0;
    let mut pages: Vec<String> = read("-raw").split('\u{c}').map(str::to_owned).collect();
    assert_eq!(pages.pop().as_deref().map(str::trim), Some(""), "text after the last page");
    (pages, outside(&read("-bbox")))
}

/// Words that reach into a margin, but for the page's number.
///
/// Margins are those of `@page`, in points; a line's box may be a little higher than the line.
fn outside(boxes: &str) -> Vec<String> {
    const MM: f64 = 72.0 / 25.4;
    let number = |line: &str, name: &str| -> f64 {
        let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let (mut width, mut height) = (0.0, 0.0);
    let mut found = Vec::new();
    for line in boxes.lines().map(str::trim) {
        if line.starts_with("<page ") {
            (width, height) = (number(line, "width"), number(line, "height"));
        } else if line.starts_with("<word ") {
            let is_inside = number(line, "xMin") >= 14.0 * MM - 1.0
                && number(line, "xMax") <= width - 14.0 * MM + 1.0
                && number(line, "yMin") >= 16.0 * MM - 3.0
                && number(line, "yMax") <= height - 18.0 * MM + 3.0;
            let is_number = number(line, "yMin") > height - 18.0 * MM && number(line, "xMax") <= width;
            if !is_inside && !is_number {
                found.push(line.to_owned());
            }
        }
    }
    assert!(width > 0.0, "no pages: {boxes}");
    found
}

// The document that a browser dumps: every tag is closed, every attribute quoted.

#[derive(Default, Debug)]
struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
    /// Of a node without a name, which is a text.
    text: String,
}

const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

impl Node {
    fn parse(document: &str) -> Self {
        let mut open = vec![Self::default()];
        let mut rest = document;
        while !rest.is_empty() {
            let inside = open.last_mut().unwrap();
            if inside.name == "script" || inside.name == "style" {
                let (raw, _) = rest.split_once(&format!("</{}>", inside.name)).expect("an end of raw text");
                inside.children.push(Self { text: raw.to_owned(), ..Self::default() });
                rest = &rest[raw.len()..];
            }
            if let Some(after) = rest.strip_prefix("</") {
                let (name, after) = after.split_once('>').unwrap();
                let closed = open.pop().unwrap();
                assert_eq!(closed.name, name, "an end tag that fits");
                open.last_mut().unwrap().children.push(closed);
                rest = after;
            } else if let Some(after) = rest.strip_prefix("<!--") {
                rest = after.split_once("-->").unwrap().1;
            } else if let Some(after) = rest.strip_prefix("<!") {
                rest = after.split_once('>').unwrap().1;
            } else if let Some(after) = rest.strip_prefix('<') {
                let (node, after) = Self::tag(after);
                if VOID.contains(&node.name.as_str()) {
                    open.last_mut().unwrap().children.push(node);
                } else {
                    open.push(node);
                }
                rest = after;
            } else {
                let end = rest.find('<').unwrap_or(rest.len());
                let inside = open.last_mut().unwrap();
                inside.children.push(Self { text: unescaped(&rest[..end]), ..Self::default() });
                rest = &rest[end..];
            }
        }
        assert_eq!(open.len(), 1, "an unclosed {:?}", open.last().map(|node| &node.name));
        open.pop().unwrap()
    }

    /// After the `<` of a start tag; and what follows the tag.
    fn tag(after: &str) -> (Self, &str) {
        let end = after.find([' ', '>']).unwrap();
        let mut node = Self { name: after[..end].to_owned(), ..Self::default() };
        let mut rest = &after[end..];
        while let Some(attribute) = rest.strip_prefix(' ') {
            let (name, value) = attribute.split_once("=\"").unwrap();
            let (value, after) = value.split_once('"').unwrap();
            node.attributes.push((name.to_owned(), unescaped(value)));
            rest = after;
        }
        (node, rest.strip_prefix('>').expect("the end of a tag"))
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn is(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|all| all.split(' ').any(|one| one == class))
    }

    fn is_hidden(&self) -> bool {
        self.attribute("hidden").is_some()
    }

    /// All elements below, outermost first.
    fn below(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        for child in self.children.iter().filter(|child| !child.name.is_empty()) {
            found.push(child);
            found.extend(child.below());
        }
        found
    }

    fn all(&self, name: &str) -> Vec<&Self> {
        self.below().into_iter().filter(|node| node.name == name).collect()
    }

    fn first(&self, class: &str) -> Option<&Self> {
        self.below().into_iter().find(|node| node.is(class))
    }

    fn own(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn text(&self) -> String {
        self.text.clone() + &self.children.iter().map(Self::text).collect::<String>()
    }

    fn title(&self) -> String {
        self.all("title").first().expect("a title").text()
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

/// A table of the report with its block.
struct Table<'a> {
    slug: &'a str,
    block: &'a Node,
    caption: String,
    heads: Vec<&'a Node>,
    rows: Vec<&'a Node>,
    /// Columns that stand above the table, as all rows have the same: name and value.
    alike: Vec<(&'a str, &'a str)>,
    /// Places of the columns that on paper follow all others, on lines of their own.
    last: Vec<usize>,
}

impl Table<'_> {
    fn cells(row: &Node) -> impl Iterator<Item = &Node> {
        row.children.iter().filter(|cell| cell.name == "th" || cell.name == "td")
    }

    fn texts(&self) -> Vec<Vec<String>> {
        self.rows.iter().map(|row| Self::cells(row).map(Node::text).collect()).collect()
    }

    /// Whether it holds but the values of its chart, so that paper has the chart only.
    fn is_drawn(&self) -> bool {
        self.block.first("drawn").is_some()
    }

    /// Whether the CSV file has more rows.
    fn is_cut(&self) -> bool {
        self.block.all("table").iter().any(|table| table.attribute("data-total").is_some())
    }

    /// As on paper.
    fn header(&self) -> String {
        self.printed(self.heads.iter().copied())
    }

    /// The letters of a row's cells in the order of paper.
    fn printed<'b>(&self, cells: impl Iterator<Item = &'b Node>) -> String {
        let (last, first): (Vec<_>, Vec<_>) = cells.enumerate().partition(|(at, _)| self.last.contains(at));
        first.into_iter().chain(last).map(|(_, cell)| letters(&cell.text())).collect()
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.heads.iter().position(|head| head.attribute("data-c") == Some(name))
    }

    /// The texts of a column, one for each row, wherever they stand.
    fn column(&self, name: &str) -> Option<Vec<String>> {
        if let Some(at) = self.place(name) {
            return Some(
                self.texts().into_iter().map(|mut row| row.swap_remove(at).trim().to_owned()).collect(),
            );
        }
        let (_, value) = self.alike.iter().find(|(own, _)| *own == name)?;
        Some(vec![(*value).to_owned(); self.rows.len()])
    }

    /// What a filter says of each row; `None` where the table can't tell.
    fn matches(&self, name: &str, value: &str) -> Option<Vec<bool>> {
        if name == "q" {
            let words: Vec<String> = value.to_lowercase().split_whitespace().map(str::to_owned).collect();
            let has = |row: Vec<String>| {
                let cells: Vec<String> = row.iter().map(|cell| cell.to_lowercase()).collect();
                words.iter().all(|word| cells.iter().any(|cell| cell.contains(word)))
            };
            return Some(self.texts().into_iter().map(has).collect());
        }
        if name == "status" {
            let verdicts = self.column("verdict")?;
            let known: &[&str] = match value {
                "kept" | "near" => &["met", "late"],
                "missed" => &["breached", "overdue"],
                "risk" => &["at risk"],
                "open" => &["running", "paused", "at risk", "overdue"],
                other => &[other],
            };
            let mut found: Vec<bool> = verdicts.iter().map(|own| known.contains(&own.as_str())).collect();
            if value == "near" {
                let (elapsed, limit) = (self.column("elapsed_s")?, self.column("limit_s")?);
                for (found, (elapsed, limit)) in found.iter_mut().zip(elapsed.iter().zip(&limit)) {
                    *found = *found && seconds(elapsed) > 0.9 * seconds(limit);
                }
            }
            return Some(found);
        }
        let columns: &[&str] = if name == "model" { &["model", "hardware_model"] } else { &[name] };
        let column = columns.iter().find_map(|name| self.column(name))?;
        Some(column.iter().map(|own| own == if value == "–" { "" } else { value }).collect())
    }

    /// The places of the rows that an address keeps, and whether it asks anything of this table.
    fn kept(&self, address: &[(&str, &str)]) -> (Vec<usize>, bool) {
        let own = format!("t-{}.", self.slug);
        let asked = address.iter().filter_map(|(name, value)| match name.strip_prefix(&own) {
            Some(name) => Some((name, *value)),
            None if name.contains('.') || *name == "at" => None,
            None => Some((*name, *value)),
        });
        let tests: Vec<Vec<bool>> = asked.filter_map(|(name, value)| self.matches(name, value)).collect();
        let kept = (0..self.rows.len()).filter(|at| tests.iter().all(|test| test[*at])).collect();
        (kept, !tests.is_empty())
    }
}

/// A duration as English pages write it, in seconds; not a number where there is none.
fn seconds(text: &str) -> f64 {
    let plain = text.replace(',', "").replace('\u{a0}', " ");
    let parts: Vec<&str> = plain.split(' ').collect();
    let mut sum = if text.is_empty() { f64::NAN } else { 0.0 };
    for part in parts.chunks_exact(2) {
        let unit = match part[1] {
            "h" => 3600.0,
            "min" => 60.0,
            "s" => 1.0,
            other => panic!("what is a {other}? {text}"),
        };
        sum += part[0].parse::<f64>().unwrap() * unit;
    }
    sum
}

/// The tables of the report with rows; those of its accounts are not among them.
fn tables(document: &Node) -> Vec<Table<'_>> {
    let style = document.all("style")[0].text();
    let is_last = |class: &str, at: usize| {
        style.contains(&format!(".{class}>*>tr>:nth-child({}){{grid-column:2/-1;order:1}}", at + 1))
    };
    let mut found = Vec::new();
    for block in document.below().into_iter().filter(|node| node.is("block")) {
        let Some(table) = block.first("scroll").and_then(|scroll| scroll.own("table").next()) else {
            continue;
        };
        let part = |name| table.own(name).next().unwrap();
        let alike = block.own("p").filter(|line| line.is("alike")).flat_map(|line| line.all("span"));
        let heads = part("thead").all("th");
        let stack = table.attribute("class").and_then(|class| class.split_once("stack ")).map(|(_, own)| own);
        found.push(Table {
            last: (0..heads.len()).filter(|at| stack.is_some_and(|own| is_last(own, *at))).collect(),
            slug: block.attribute("id").unwrap().strip_prefix("t-").unwrap(),
            block,
            caption: part("caption").text(),
            heads,
            rows: part("tbody").own("tr").filter(|row| !row.is("unfolded")).collect(),
            alike: alike
                .filter_map(|span| Some((span.attribute("data-c")?, span.attribute("data-v").unwrap_or(""))))
                .collect(),
        });
    }
    found
}

fn table<'a>(all: &'a [Table<'a>], slug: &str) -> &'a Table<'a> {
    all.iter().find(|table| table.slug == slug).unwrap()
}

/// An address that filters.
fn address(pairs: &[(&str, &str)]) -> String {
    let escaped = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b' ' => "+".to_owned(),
            _ if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    format!("#{}", pairs.join("&"))
}

/// `1,204`.
fn grouped(number: usize) -> String {
    match number / 1000 {
        0 => number.to_string(),
        thousands => format!("{},{:03}", grouped(thousands), number % 1000),
    }
}

// The bank's report, made once in each language; and its document with and without script.

fn bank() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| make_bank("en-GB"))
}

fn portuguese_bank() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| make_bank("pt-PT"))
}

fn make_bank(locale: &str) -> PathBuf {
    // In the target folder, where the next run replaces it: nothing drops what a static holds.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{locale}"));
    fs::create_dir_all(&folder).unwrap();
    let config = root("sample-data/bank/sla.toml");
    let config = config.to_str().unwrap();
    let arguments = ["report", "--period", "2026-08", "--no-data", "--locale", locale, "--config", config];
    let done = sla(&folder, &arguments);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    folder.join("out/2026-08")
}

fn page() -> PathBuf {
    bank().join("index.html")
}

fn with_script() -> &'static Seen {
    static SEEN: OnceLock<Seen> = OnceLock::new();
    SEEN.get_or_init(|| see(&page(), "", Script::On))
}

fn without_script() -> &'static Seen {
    static SEEN: OnceLock<Seen> = OnceLock::new();
    SEEN.get_or_init(|| see(&page(), "", Script::Off))
}

#[test]
fn the_page_opens_without_a_complaint() {
    if browser().is_none() {
        return;
    }
    let seen = with_script();
    assert_eq!(seen.complaints, [""; 0]);
    // Its own script was let through, and its style too: that one would complain.
    assert!(!seen.document.first("tools").unwrap().is_hidden(), "the script didn't run");
    assert_eq!(without_script().complaints, [""; 0]);
}

#[test]
fn without_script_all_is_there() {
    if browser().is_none() {
        return;
    }
    let (on, off) = (&with_script().document, &without_script().document);
    assert!(off.first("tools").unwrap().is_hidden(), "the script ran");
    assert!(off.first("filters").unwrap().is_hidden() && !on.first("filters").unwrap().is_hidden());
    let sections =
        |document: &Node| document.all("h2").iter().map(|heading| heading.text()).collect::<Vec<_>>();
    assert!(sections(off).len() > 5);
    assert_eq!(sections(off), sections(on));
    let accounts: BTreeSet<&str> = off
        .below()
        .into_iter()
        .filter(|node| node.is("account"))
        .filter_map(|node| node.attribute("id"))
        .collect();
    let (on, off) = (tables(on), tables(off));
    assert!(off.len() > 20);
    assert_eq!(on.len(), off.len());
    let mut opened = BTreeSet::new();
    for (on, off) in on.iter().zip(&off) {
        assert_eq!(on.texts(), off.texts(), "{}", off.slug);
        assert!(!off.rows.iter().any(|row| row.is_hidden()), "{}", off.slug);
        // What rows open is a list that unfolds by itself.
        for row in &off.rows {
            for link in row.all("a") {
                let id = link.attribute("href").unwrap().strip_prefix('#').unwrap();
                assert!(accounts.contains(id), "{id:?}");
                opened.insert(id);
            }
        }
        assert!(!off.block.first("ledgers").is_some_and(Node::is_hidden));
    }
    assert!(opened == accounts && accounts.len() > 10, "{} of {}", opened.len(), accounts.len());
}

// What a reader does on the page: done by a script of the tests, in a copy whose policy lets it through.

/// Takes the steps of the plan and tells what the page shows after each.
const DRIVER: &str = r#"(async () => {
  const tables = [...document.querySelectorAll(".scroll > table")];
  const rows = (table) => [...table.tBodies[0].rows].filter((row) => !row.classList.contains("unfolded"));
  const places = new Map(tables.flatMap((table) => rows(table).map((row, at) => [row, at])));
  const told = [];
  for (const [what, where, value] of JSON.parse(document.getElementById("plan").textContent)) {
    if (what === "go") location.hash = where;
    else if (what === "click") document.querySelector(where).click();
    else {
      const field = document.querySelector(where);
      field.value = value;
      field.dispatchEvent(new Event(what));
    }
    await new Promise((done) => setTimeout(done, 200));
    const shown = tables.map((table) => {
      const block = table.closest(".block");
      const kept = rows(table).filter((row) => !row.hidden).map((row) => places.get(row));
      return [block.id.slice(2), { count: block.querySelector(".count")?.textContent ?? "", kept }];
    });
    const line = document.getElementById("filtered").querySelector(".screen").textContent;
    told.push({ hash: location.hash, line, tables: Object.fromEntries(shown) });
  }
  const made = document.createElement("pre");
  document.body.append(Object.assign(made, { className: "told", textContent: JSON.stringify(told) }));
})();"#;
const DRIVER_HASH: &str = "sha256-N5bYGbZJf0mjWfkhTI6vOlSnGyzdA8DXnWKuon8AF7o=";

/// Only `eval` is left to stop this one.
const ALLOWED: &str =
    r#"try { eval("document.title = 'owned'") } catch { document.body.dataset.eval = "blocked" }"#;
const ALLOWED_HASH: &str = "sha256-MeCNRymOHHItWDsrvjNFjn5iQpBnXff/qLV2dNEjHcE=";

/// A click, an address or an input: what, where and with what value.
type Step = [String; 3];

fn go(pairs: &[(&str, &str)]) -> Step {
    ["go".into(), address(pairs), String::new()]
}

fn click(selector: &str) -> Step {
    ["click".into(), selector.into(), String::new()]
}

fn sort(slug: &str, column: &str) -> Step {
    click(&format!("#t-{slug} th[data-c={column}] button"))
}

/// Opens a copy of a page and takes the steps; `extra` stands at its end.
fn drive(page: &Path, steps: &[Step], extra: &str) -> (Seen, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let own = fs::read_to_string(page).unwrap();
    let hashes = format!("script-src &#x27;{ALLOWED_HASH}&#x27; &#x27;{DRIVER_HASH}&#x27; ");
    let plan = serde_json::to_string(steps).unwrap().replace('<', "\\u003c");
    let planted = own.replacen("script-src ", &hashes, 1).replacen(
        "</body>",
        &format!(
            "<script type=\"application/json\" id=\"plan\">{plan}</script><script>{DRIVER}</script>{extra}</body>"
        ),
        1,
    );
    let path = folder.path().join("index.html");
    fs::write(&path, planted).unwrap();
    let seen = see(&path, "", Script::On);
    let told = seen.document.first("told").unwrap_or_else(|| panic!("{:#?}", seen.complaints)).text();
    (seen, serde_json::from_str(&told).unwrap())
}

/// The rows that a table shows after a step, and how it says so.
fn shown<'a>(told: &'a serde_json::Value, slug: &str) -> (Vec<usize>, &'a str) {
    let table = &told["tables"][slug];
    let kept = table["kept"].as_array().unwrap().iter().map(|at| at.as_u64().unwrap() as usize);
    (kept.collect(), table["count"].as_str().unwrap())
}

/// Addresses, each of which filters in another way.
const ADDRESSES: [&[(&str, &str)]; 18] = [
    &[("status", "kept")],
    &[("status", "missed")],
    &[("status", "risk")],
    &[("status", "near")],
    &[("status", "open")],
    // One verdict.
    &[("status", "overdue")],
    &[("contract", "K-1001")],
    &[("site", "SER-07"), ("severity", "4 - Low")],
    &[("clock", "response"), ("status", "missed")],
    &[("q", "ipê")],
    &[("t-tickets.status", "near"), ("t-missed.q", "Serras")],
    &[("t-tickets.reason", "–"), ("t-tickets.q", "t000036")],
    &[("t-tickets.coverage", "contract"), ("at", "t-tickets")],
    &[("model", "nobody's")],
    &[("customer", "nobody")],
    &[("status", "nobody")],
    &[("t-tickets.status", "nobody"), ("t-missed.reason", "nobody"), ("q", "of nobody")],
    &[("t-tickets.clock", "resolution")],
];

/// Those that keep no row of any table that they are about.
const UNKNOWN: std::ops::Range<usize> = 13..17;

/// Words of which no table has one in a cell, but some across two.
fn across() -> Vec<String> {
    let all = tables(&without_script().document);
    let texts = table(&all, "tickets").texts();
    let cells: Vec<String> = texts.concat().iter().map(|cell| cell.to_lowercase()).collect();
    let mut found = Vec::new();
    for row in texts.iter().take(20) {
        for pair in row.windows(2) {
            let end = pair[0].split_whitespace().last().unwrap_or("").to_lowercase();
            let start = pair[1].split_whitespace().next().unwrap_or("").to_lowercase();
            let word = end + &start;
            if pair.iter().all(|cell| !cell.is_empty()) && !cells.iter().any(|cell| cell.contains(&word)) {
                found.push(word);
            }
        }
    }
    assert!(found.len() > 20, "{found:?}");
    found.truncate(3);
    found
}

/// One run of the browser for all that a reader does.
struct Driven {
    seen: Seen,
    addresses: Vec<serde_json::Value>,
    across: Vec<serde_json::Value>,
    chosen: Vec<serde_json::Value>,
    sorted: Vec<serde_json::Value>,
}

fn driven() -> &'static Driven {
    static DRIVEN: OnceLock<Driven> = OnceLock::new();
    DRIVEN.get_or_init(|| {
        let extra = format!(
            "<script>document.title = 'owned'</script><script>{ALLOWED}</script>\
             <img alt=\"\" src=\"data:,\" onerror=\"document.title = 'owned'\">"
        );
        let mut steps: Vec<Step> = ADDRESSES.iter().map(|pairs| go(pairs)).collect();
        let across = across();
        steps.extend(across.iter().map(|word| go(&[("q", word.as_str())])));
        let chosen = [
            click("#filtered button"),
            ["change".into(), "#filters select:has([value=near])".into(), "near".into()],
            ["input".into(), "#filters input".into(), "t0000".into()],
            click("#t-tickets .tabs [data-of=open]"),
            click("#filtered button"),
        ];
        let sorted = [
            sort("tickets", "elapsed_s"),
            sort("tickets", "elapsed_s"),
            click("#t-tickets .more"),
            sort("tickets", "stopped_at"),
            sort("source_files", "rows_read"),
        ];
        let (many, few) = (chosen.len(), sorted.len());
        steps.extend(chosen);
        steps.extend(sorted);
        let (seen, told) = drive(&page(), &steps, &extra);
        let mut told = told.as_array().unwrap().clone();
        assert_eq!(told.len(), steps.len());
        let sorted = told.split_off(told.len() - few);
        let chosen = told.split_off(told.len() - many);
        let across = told.split_off(ADDRESSES.len());
        Driven { seen, addresses: told, across, chosen, sorted }
    })
}

#[test]
fn nothing_but_the_own_script_runs() {
    if browser().is_none() {
        return;
    }
    let seen = &driven().seen;
    assert_eq!(seen.document.title(), with_script().document.title());
    assert_eq!(seen.document.all("body")[0].attribute("data-eval"), Some("blocked"));
    // Each attack is told: so none would have passed the test above in silence.
    for told in ["inline script violates", "inline event handler violates"] {
        assert!(seen.complaints.iter().any(|line| line.contains(told)), "{told}: {:#?}", seen.complaints);
    }
}

/// What the page shows of an address is what the rows without a filter say.
///
/// # Panics
/// If a table has one row more or less, or miscounts.
fn assert_kept(told: &serde_json::Value, pairs: &[(&str, &str)]) {
    for table in tables(&without_script().document) {
        let (kept, is_asked) = table.kept(pairs);
        let is_list = table.block.first("filter").is_some();
        let (rows, count) = shown(told, table.slug);
        let expected = &kept[..if is_list { kept.len().min(SHOWN) } else { kept.len() }];
        assert_eq!(rows, expected, "{} of {pairs:?}, which says: {count}", table.slug);
        let all = grouped(table.rows.len());
        let expected = match is_asked {
            true => format!("{} of {all} rows – filtered: ", grouped(kept.len())),
            false if is_list => format!("{all} of {all} rows."),
            false => String::new(),
        };
        assert!(count.starts_with(&expected), "{} of {pairs:?}: {count}", table.slug);
        assert_eq!(count.contains(" – filtered: "), is_asked, "{} of {pairs:?}: {count}", table.slug);
        let total = table.block.first("scroll").unwrap().all("table")[0].attribute("data-total");
        let is_cut = count.contains("; the others are in the CSV file only, and not filtered.");
        assert_eq!(is_cut, is_asked && total.is_some(), "{} of {pairs:?}: {count}", table.slug);
    }
}

#[test]
fn an_address_keeps_exactly_the_rows_that_match() {
    if browser().is_none() {
        return;
    }
    let all = tables(&without_script().document);
    for (pairs, told) in ADDRESSES.iter().zip(&driven().addresses).take(UNKNOWN.start) {
        assert_eq!(told["hash"], address(pairs));
        let some = |table: &Table| (1..table.rows.len()).contains(&table.kept(pairs).0.len());
        assert!(all.iter().any(some) || pairs[0].1 == "risk", "{pairs:?} shows nothing");
        assert_kept(told, pairs);
    }
}

#[test]
fn an_unknown_value_keeps_no_row() {
    if browser().is_none() {
        return;
    }
    let all = tables(&without_script().document);
    for (pairs, told) in ADDRESSES[UNKNOWN].iter().zip(&driven().addresses[UNKNOWN]) {
        let asked: Vec<&str> =
            all.iter().filter(|table| table.kept(pairs).1).map(|table| table.slug).collect();
        assert!(!asked.is_empty(), "{pairs:?} asks nothing");
        for slug in asked {
            assert_eq!(shown(told, slug).0, [0; 0], "{slug} of {pairs:?}");
        }
        assert_kept(told, pairs);
    }
}

#[test]
fn one_list_has_the_filters_of_all_too() {
    if browser().is_none() {
        return;
    }
    assert_kept(&driven().addresses[UNKNOWN.end], ADDRESSES[UNKNOWN.end]);
}

#[test]
fn a_search_finds_what_stands_in_a_cell() {
    if browser().is_none() {
        return;
    }
    for (word, told) in across().iter().zip(&driven().across) {
        assert_eq!(shown(told, "tickets").0, [0; 0], "{word}");
        assert_kept(told, &[("q", word.as_str())]);
    }
}

#[test]
fn what_is_chosen_is_kept_in_the_address() {
    if browser().is_none() {
        return;
    }
    let [cleared, status, words, tab, again] = &driven().chosen[..] else { panic!() };
    assert_kept(cleared, &[]);
    assert_eq!((&cleared["hash"], &cleared["line"]), (&"".into(), &"".into()));
    for (told, pairs) in [
        (status, &[("status", "near")][..]),
        (words, &[("status", "near"), ("q", "t0000")]),
        (tab, &[("status", "near"), ("q", "t0000"), ("t-tickets.status", "open"), ("at", "t-tickets")]),
    ] {
        assert_kept(told, pairs);
        assert_eq!(told["hash"], address(pairs));
    }
    // That of the whole page is cleared, that of the list too.
    assert_kept(again, &[]);
}

#[test]
fn an_address_filters_a_page_that_opens() {
    if browser().is_none() {
        return;
    }
    let whole = tables(&without_script().document);
    // Without a filter the screen gets the first rows and says so.
    let first = tables(&with_script().document);
    let first = table(&first, "tickets");
    let all = table(&whole, "tickets").rows.len();
    assert!(all > SHOWN);
    assert_eq!(first.rows.iter().filter(|row| !row.is_hidden()).count(), SHOWN);
    let said = |table: &Table, class: &str| table.block.first(class).unwrap().text();
    assert_eq!(said(first, "count"), format!("{all} of {all} rows."));
    assert_eq!(said(first, "more"), format!("Show all {all} (now the first {SHOWN})"));
    // Words stand anywhere in a row; a customer is chosen, and has a letter beyond ASCII.
    let pairs = [
        ("customer", "Banco Ipê Dourado"),
        ("clock", "resolution"),
        ("q", "T0000 MEDIUM"),
        ("t-tickets.request_type", "incident"),
        ("at", "t-missed"),
    ];
    let seen = see(&page(), &address(&pairs), Script::On);
    assert_eq!(seen.complaints, [""; 0]);
    let filtered = tables(&seen.document);
    let (mut rows, mut places) = (0, 0);
    for (whole, filtered) in whole.iter().zip(&filtered) {
        let expected: Vec<Vec<String>> = {
            let texts = whole.texts();
            whole.kept(&pairs).0.into_iter().map(|at| texts[at].clone()).collect()
        };
        let shown: Vec<Vec<String>> = filtered
            .rows
            .iter()
            .filter(|row| !row.is_hidden())
            .map(|row| Table::cells(row).map(Node::text).collect())
            .collect();
        assert_eq!(shown, expected, "{}", whole.slug);
        // Each has words.
        (rows, places) = (rows + shown.len(), places + 1);
    }
    let tickets = table(&filtered, "tickets");
    let kept = table(&whole, "tickets").kept(&pairs).0.len();
    assert!(kept > 0 && kept < 50);
    let count = said(tickets, "count");
    let (number, by) = count.split_once(" – filtered: ").unwrap();
    assert_eq!(number, format!("{kept} of {all} rows"));
    let mut by: Vec<&str> = by.strip_suffix('.').unwrap().split(", ").collect();
    by.sort_unstable();
    let expected = [
        "Clock = resolution",
        "Customer = Banco Ipê Dourado",
        "Request type = incident",
        "text “T0000 MEDIUM”",
    ];
    assert_eq!(by, expected);
    assert!(tickets.block.first("more").unwrap().is_hidden());
    // Where the table has no such column, it says so.
    let lacking = said(table(&filtered, "attainment_by_severity"), "count");
    assert!(lacking.ends_with(" Not filtered by Customer: this table has no such column."), "{lacking}");
    let line = seen.document.first("filtered").unwrap().first("screen").unwrap().text();
    assert_eq!(
        line,
        format!(
            "Filtered: Customer = Banco Ipê Dourado, Clock = resolution, text “T0000 MEDIUM” – {rows} rows in \
             {places} tables. Key figures and charts are of the whole period."
        )
    );
}

/// The numbers of a column in the order that a table shows, as its file has them.
fn in_order(folder: &Path, told: &serde_json::Value, slug: &str, column: &str) -> Vec<Option<f64>> {
    let mut csv = csv::Reader::from_path(folder.join(format!("csv/{slug}.csv"))).unwrap();
    let at = csv.headers().unwrap().iter().position(|name| name == column).unwrap();
    let values: Vec<Option<f64>> = csv.records().map(|row| row.unwrap()[at].parse().ok()).collect();
    shown(told, slug).0.into_iter().map(|row| values[row]).collect()
}

/// Numbers fall, but for what their texts don't say; rows without one come last.
fn assert_falls(values: &[Option<f64>], precision: f64) {
    let is_right = values.windows(2).all(|pair| match (pair[0], pair[1]) {
        (Some(a), Some(b)) => a > b - precision,
        (a, b) => a.is_some() || b.is_none(),
    });
    assert!(is_right, "{values:?}");
}

#[test]
fn columns_sort_by_their_values() {
    if browser().is_none() {
        return;
    }
    let [falling, rising, more, times, rows] = &driven().sorted[..] else { panic!() };
    // A tenth of an hour is the least that long durations say.
    let order = in_order(bank(), falling, "tickets", "elapsed_s");
    assert_eq!(order.len(), SHOWN);
    assert_falls(&order, 360.0);
    // Shown again, from the least.
    let mut order = in_order(bank(), rising, "tickets", "elapsed_s");
    assert_eq!(order.len(), SHOWN);
    order.reverse();
    assert_falls(&order, 360.0);
    let order = in_order(bank(), more, "tickets", "elapsed_s");
    let all = tables(&without_script().document);
    let tickets = table(&all, "tickets");
    assert_eq!(order.len(), tickets.rows.len());
    let with_one = order.iter().take_while(|value| value.is_some()).count();
    assert!(with_one < order.len() && order[with_one..].iter().all(Option::is_none));
    // Times as texts, the first rising.
    let column = tickets.column("stopped_at").unwrap();
    let order: Vec<&str> = shown(times, "tickets").0.iter().map(|at| column[*at].as_str()).collect();
    let with_one = order.iter().take_while(|value| !value.is_empty()).count();
    assert!(
        with_one > 100 && order[..with_one].is_sorted() && order[with_one..].iter().all(|one| one.is_empty())
    );
    let order = in_order(bank(), rows, "source_files", "rows_read");
    assert!(order.len() > 3 && order[0].unwrap() > 10_000.0);
    assert_falls(&order, 0.0);
}

// The page in Portuguese.

#[test]
fn a_portuguese_page_is_one_in_every_respect() {
    if browser().is_none() {
        return;
    }
    let pairs = [("status", "missed"), ("q", "ipê")];
    let seen = see(&portuguese_bank().join("index.html"), &address(&pairs), Script::On);
    assert_eq!(seen.complaints, [""; 0]);
    assert_eq!(unheard(&seen.document, "pt-PT"), [""; 0]);
    assert!(sentences_that_filter(&seen.document) > 0, "no sentence leads to its rows");
    let english = tables(&without_script().document);
    let all = tables(&seen.document);
    assert_eq!(all.len(), english.len());
    for (own, english) in all.iter().zip(&english) {
        assert_eq!((own.slug, own.rows.len()), (english.slug, english.rows.len()));
    }
    let (kept, tickets) = (table(&english, "tickets").kept(&pairs).0, table(&all, "tickets"));
    let shown: Vec<usize> = (0..tickets.rows.len()).filter(|at| !tickets.rows[*at].is_hidden()).collect();
    assert!(!kept.is_empty());
    assert_eq!(shown, kept);
    assert_eq!(
        tickets.block.first("count").unwrap().text(),
        format!(
            "{} de {} linhas – filtro: Estado = Fora do prazo, texto “ipê”.",
            kept.len(),
            tickets.rows.len()
        )
    );
}

#[test]
fn numbers_filter_and_sort_in_portuguese() {
    if browser().is_none() {
        return;
    }
    let steps = [
        go(&[("status", "near")]),
        go(&[("t-tickets.status", "near")]),
        click("#filtered button"),
        click("#t-tickets .clear"),
        sort("tickets", "elapsed_s"),
        sort("source_files", "rows_read"),
    ];
    let folder = portuguese_bank();
    let (_, told) = drive(&folder.join("index.html"), &steps, "");
    let column = |name: &str| -> Vec<String> {
        let mut csv = csv::Reader::from_path(folder.join("csv/tickets.csv")).unwrap();
        let at = csv.headers().unwrap().iter().position(|own| own == name).unwrap();
        csv.records().map(|row| row.unwrap()[at].to_owned()).collect()
    };
    let (verdicts, elapsed, limits) = (column("verdict"), column("elapsed_s"), column("limit_s"));
    let near = |at: &usize| {
        matches!(verdicts[*at].as_str(), "met" | "late")
            && elapsed[*at].parse::<f64>().unwrap() > 0.9 * limits[*at].parse::<f64>().unwrap()
    };
    let near: Vec<usize> = (0..verdicts.len()).filter(near).collect();
    assert!(near.len() > 3);
    for step in [0, 1] {
        assert_eq!(shown(&told[step], "tickets").0, near, "step {step}");
    }
    let order = in_order(folder, &told[4], "tickets", "elapsed_s");
    assert_eq!(order.len(), SHOWN);
    // Hours with a comma, and those of a thousand with a space.
    assert!(order[0].unwrap() > 360_000.0);
    assert_falls(&order, 360.0);
    let order = in_order(folder, &told[5], "source_files", "rows_read");
    assert!(order.len() > 3 && order[0].unwrap() > 10_000.0);
    assert_falls(&order, 0.0);
}

#[test]
fn the_style_speaks_the_language_of_the_page() {
    let words = |folder: &Path| -> BTreeSet<String> {
        let page = fs::read_to_string(folder.join("index.html")).unwrap();
        let (_, style) = page.split_once("<style>").unwrap();
        let style = style.split_once("</style>").unwrap().0;
        let rules = style.split("content:").skip(1).map(|rest| rest.split([';', '}']).next().unwrap());
        let texts = rules.flat_map(|rule| rule.split('"').skip(1).step_by(2));
        texts
            .filter(|text| text.chars().any(char::is_alphabetic))
            .map(|text| text.trim().to_owned())
            .collect()
    };
    let (english, own) = (words(bank()), words(portuguese_bank()));
    assert!(english.contains("Page"), "{english:?}");
    let left: Vec<&String> = english.intersection(&own).collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn readers_that_hear_the_page_get_all_of_it() {
    if browser().is_none() {
        return;
    }
    for document in [&with_script().document, &without_script().document] {
        assert_eq!(unheard(document, "en-GB"), [""; 0]);
        assert!(document.all("svg").iter().filter(|svg| svg.attribute("role") == Some("img")).count() > 5);
    }
}

/// What would be lost on somebody who hears the page or goes through it by keyboard.
fn unheard(document: &Node, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            found.push(what);
        }
    };
    let html = document.all("html")[0];
    check(html.attribute("lang") == Some(language), format!("the language is {:?}", html.attribute("lang")));
    check(document.all("h1").len() == 1, format!("{} h1", document.all("h1").len()));
    let everything = document.below();
    let mut ids = BTreeSet::new();
    for node in &everything {
        if let Some(id) = node.attribute("id") {
            check(ids.insert(id), format!("two ids {id}"));
        }
    }
    let mut level = 0;
    for node in &everything {
        for name in ["aria-labelledby", "aria-describedby", "aria-controls"] {
            for id in node.attribute(name).unwrap_or("").split_whitespace() {
                check(ids.contains(id), format!("{name} of {} leads to no {id}", node.name));
            }
        }
        let said = |name: &str| node.own(name).any(|part| !part.text().trim().is_empty());
        match node.name.as_str() {
            "svg" if node.attribute("role") == Some("img") => {
                check(
                    said("title") && said("desc"),
                    format!("a chart without title or desc: {:?}", node.attributes),
                );
            }
            "svg" => check(
                node.attribute("aria-hidden") == Some("true"),
                format!("a drawing that is neither told nor hidden: {:?}", node.attributes),
            ),
            "table" => check(said("caption"), format!("a table without caption: {:.80}", node.text())),
            "th" => check(
                matches!(node.attribute("scope"), Some("col" | "row")),
                format!("a th without scope: {}", node.text()),
            ),
            "img" => check(node.attribute("alt").is_some(), "an img without alt".into()),
            "button" => check(!node.text().trim().is_empty(), "a button without a word".into()),
            "label" => check(
                node.all("input").len() + node.all("select").len() == 1,
                format!("a label of nothing: {}", node.text()),
            ),
            "a" => {
                let link = node.attribute("href").unwrap_or("");
                check(!node.text().trim().is_empty(), format!("a link without a word to {link}"));
                // A filter ends with the place of its table.
                let target = link.strip_prefix('#').map(|target| match target.rsplit_once("at=") {
                    Some((filter, id)) if filter.contains('=') => id,
                    _ => target,
                });
                check(target.is_none_or(|id| ids.contains(id)), format!("a link to nothing: {link}"));
            }
            "h1" | "h2" | "h3" | "h4" => {
                let own = usize::from(node.name.as_bytes()[1] - b'0');
                check(own <= level + 1, format!("{} after h{level}: {}", node.name, node.text()));
                level = own;
            }
            _ => {}
        }
    }
    let labelled: usize = everything
        .iter()
        .filter(|node| node.name == "label")
        .map(|label| label.all("input").len() + label.all("select").len())
        .sum();
    let fields = document.all("input").len() + document.all("select").len();
    check(fields == labelled, format!("{fields} fields, {labelled} of them with a label"));
    found
}

#[test]
fn links_lead_somewhere() {
    if browser().is_none() {
        return;
    }
    let document = &without_script().document;
    let mut files = 0;
    for link in document.all("a") {
        let address = link.attribute("href").unwrap();
        let (path, id) = address.split_once('#').unwrap_or((address, ""));
        if path.is_empty() {
            continue;
        }
        // Whether there is such a report is known to the list alone.
        let (path, id) = path.strip_suffix("?open").map_or((path, id), |list| (list, ""));
        let target = bank().join(path);
        assert!(target.is_file(), "{address}");
        files += 1;
        if !id.is_empty() {
            let target = fs::read_to_string(target).unwrap();
            assert!(target.contains(&format!("id=\"{id}\"")), "{address}");
        }
    }
    assert!(files > 20);
    assert!(sentences_that_filter(&with_script().document) > 0, "no sentence leads to its rows");
    let periods = document.first("periods").unwrap();
    let every = periods.all("a").into_iter().next_back().unwrap();
    assert_eq!(every.attribute("href"), Some("../index.html#r-2026-08"));
}

#[test]
fn other_periods_open_by_way_of_the_list() {
    if browser().is_none() {
        return;
    }
    let offered = without_script().document.first("periods").unwrap();
    let names: Vec<String> = offered.all("li").iter().map(|item| item.text().trim().to_owned()).collect();
    // Tickets of the bank were opened from April 2025 to September 2026.
    assert_eq!(names.len(), 18);
    assert_eq!((names[0].as_str(), names[17].as_str()), ("September 2026", "April 2025"));
    let list = bank().parent().unwrap().join("index.html");
    let heading = |seen: &Seen| seen.document.all("h1")[0].text();
    let there = see(&list, "?open#r-2026-08", Script::On);
    assert_eq!(heading(&there), "SLA report – all contracts – August 2026");
    let absent = see(&list, "?open#r-1999-01", Script::On);
    assert_eq!(heading(&absent), "SLA reports – all contracts");
    let note = absent.document.first("absent").unwrap();
    assert!(!note.is_hidden() && note.text().contains("sla report --period 1999-01"), "{}", note.text());
    let plain = see(&list, "#r-2026-08", Script::On);
    assert!(plain.document.first("absent").unwrap().is_hidden());
    assert_eq!([absent.complaints, there.complaints, plain.complaints].concat(), [""; 0]);
}

/// How many sentences lead to rows, each to those that it is about.
fn sentences_that_filter(document: &Node) -> usize {
    let all = tables(document);
    let links: Vec<&Node> =
        document.all("a").into_iter().filter(|link| link.attribute("data-filter").is_some()).collect();
    for link in &links {
        let filter = link.attribute("data-filter").unwrap();
        let (_, address) = link.attribute("href").unwrap().split_once('#').unwrap();
        let (own, id) = address.rsplit_once("&at=t-").unwrap();
        assert_eq!(own, filter);
        for (name, value) in filter.split('&').filter_map(|pair| pair.split_once('=')) {
            let column = table(&all, id).column(name);
            assert!(name == "status" || column.unwrap().iter().any(|own| own == value), "{filter}");
        }
    }
    links.len()
}

#[test]
fn captions_count_the_rows_below_them() {
    if browser().is_none() {
        return;
    }
    let small = small().parent().unwrap();
    for (folder, document) in
        [(bank(), &without_script().document), (small, &small_without_script().document)]
    {
        let mut cut = 0;
        for table in tables(document) {
            let mut csv = csv::Reader::from_path(folder.join(format!("csv/{}.csv", table.slug))).unwrap();
            let all = csv.records().map(Result::unwrap).count();
            let rows = table.rows.len();
            let title = table.block.all("h3")[0].text();
            let total = grouped(all);
            let size = match all {
                1 => "1 row".to_owned(),
                _ if rows == all => format!("{total} rows"),
                _ => {
                    format!(
                        "showing {} of {total} rows – the rest is in csv/{}.csv",
                        grouped(rows),
                        table.slug
                    )
                }
            };
            assert_eq!(table.caption, format!("{title} {size}"));
            cut += usize::from(rows < all);
            let printed = table.block.first("printed").map(Node::text);
            let expected = if table.is_drawn() {
                Some(format!("On paper: the chart only; its table is in csv/{}.csv.", table.slug))
            } else {
                let all = format!("all are in csv/{}.csv.", table.slug);
                (rows > PRINTED).then(|| format!("On paper: the first {PRINTED} of {total} rows; {all}"))
            };
            assert_eq!(printed, expected, "{}", table.slug);
            // A text of nothing but space would be a value without a dash.
            for cell in table.texts().concat() {
                assert_eq!(cell, cell.trim(), "{}", table.slug);
            }
        }
        assert!(cut > 0, "no table is cut");
    }
}

// Paper.

/// Letters and digits: what is left of a text however its lines break, and without
/// the signs that the style sheet adds.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A printed page in one piece, but for the headers of its tables, and where each sheet begins.
///
/// Text comes in the order of painting, and the headers of tables that sort are painted last.
struct Paper {
    text: String,
    starts: Vec<usize>,
    /// By sheet, how often each header stands on it.
    headers: Vec<BTreeMap<String, usize>>,
}

impl Paper {
    /// # Panics
    /// If a sheet doesn't say which it is.
    fn new(pages: &[String], tables: &[Table]) -> Self {
        let mut known: Vec<String> = tables.iter().map(Table::header).collect();
        // One may be the end of another.
        known.sort_by_key(|header| std::cmp::Reverse(header.len()));
        known.dedup();
        let mut paper = Self { text: String::new(), starts: Vec::new(), headers: Vec::new() };
        for (at, page) in pages.iter().enumerate() {
            let mut text = letters(page);
            let number = Self::number(at, pages.len());
            assert!(text.starts_with(&number), "page {}: {page}", at + 1);
            let mut found = BTreeMap::new();
            for header in &known {
                let times = text.matches(header.as_str()).count();
                if times > 0 {
                    text = text.replace(header.as_str(), "");
                    found.insert(header.clone(), times);
                }
            }
            paper.starts.push(paper.text.len());
            paper.text += &text;
            paper.headers.push(found);
        }
        paper
    }

    fn number(at: usize, of: usize) -> String {
        format!("Page{}of{of}", at + 1)
    }

    fn sheet(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// Follows a table's rows from `at` to their end; returns where that is and the sheets on
    /// which they stand.
    ///
    /// # Panics
    /// If a row is missing or cut.
    fn follow(&self, at: usize, table: &Table, rows: &[&Node]) -> (usize, BTreeSet<usize>) {
        let row = |row: &Node| table.printed(Table::cells(row));
        // Where paper has a line of its own on what it leaves out, the screen's isn't printed.
        let is_told = table.block.first("printed").is_some() && table.is_cut();
        let caption =
            if is_told { letters(&table.block.all("h3")[0].text()) } else { letters(&table.caption) };
        let Some(found) = self.text[at..].find(&(caption.clone() + &row(rows[0]))) else {
            panic!("{}: no caption that rows follow", table.slug);
        };
        let mut at = at + found + caption.len();
        let mut sheets = BTreeSet::new();
        for (number, row) in rows.iter().map(|one| row(one)).enumerate() {
            if let Some(sheet) = self.starts.iter().position(|start| *start == at) {
                at += Self::number(sheet, self.starts.len()).len();
            }
            assert!(
                self.text[at..].starts_with(&row),
                "{}: row {} is {row}, but on paper comes {}",
                table.slug,
                number + 1,
                self.text[at..].chars().take(200).collect::<String>()
            );
            sheets.insert(self.sheet(at));
            at += row.len();
        }
        (at, sheets)
    }
}

#[test]
fn paper_repeats_headers_and_cuts_nothing() {
    if browser().is_none() {
        return;
    }
    // A filter is of the screen only; what is printed says that it isn't filtered.
    let (pages, outside) = print(&page(), &address(&[("status", "missed"), ("q", "ipê")]));
    assert_eq!(outside, [""; 0]);
    let document = &without_script().document;
    let tables = tables(document);
    let paper = Paper::new(&pages, &tables);
    let said = "The tables were filtered on the screen (Status = Missed, text “ipê”); this print is not.";
    let first = letters(&document.all("h2")[0].text());
    let before = &paper.text[..paper.text.find(&first).unwrap()];
    assert!(before.ends_with(&letters(said)), "{before}");
    for heading in document.all("h2") {
        assert!(paper.text.contains(&letters(&heading.text())), "{}", heading.text());
    }
    let mut at = 0;
    let mut headers = vec![BTreeMap::new(); pages.len()];
    for table in &tables {
        let rows = &table.rows[..table.rows.len().min(PRINTED)];
        if let Some(printed) = table.block.first("printed") {
            assert!(paper.text[at..].contains(&letters(&printed.text())), "{}", table.slug);
        }
        if table.is_drawn() {
            continue;
        }
        for line in table.block.own("p").filter(|line| line.is("alike")) {
            assert!(paper.text[at..].contains(&letters(&line.text())), "{}", table.slug);
        }
        let (end, sheets) = paper.follow(at, table, rows);
        at = end;
        // And no more than it says.
        if let Some(next) = table.rows.get(PRINTED) {
            let next = table.printed(Table::cells(next));
            assert!(!paper.text[at..].starts_with(&next), "{}: more than {PRINTED} rows", table.slug);
        }
        for sheet in sheets {
            *headers[sheet].entry(table.header()).or_insert(0) += 1;
        }
    }
    for (at, (expected, found)) in headers.iter().zip(&paper.headers).enumerate() {
        assert_eq!(found, expected, "headers of tables on page {}", at + 1);
    }
    let spans = headers.iter().filter(|on| on.contains_key(&table(&tables, "tickets").header())).count();
    assert!(spans > 2, "no table that spans pages");
    assert!(tables.iter().any(|table| !table.last.is_empty()), "no column with a line of its own");
}

/// A page of its own that is printed quickly: 120 tickets, of which it has 100.
fn small() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(make_small)
}

fn small_without_script() -> &'static Seen {
    static SEEN: OnceLock<Seen> = OnceLock::new();
    SEEN.get_or_init(|| see(small(), "", Script::Off))
}

fn make_small() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser-small");
    fs::create_dir_all(&folder).unwrap();
    let config = "[inputs.tickets]\npath = \"tickets.csv\"\n[severity]\nlevels = [\"high\", \"low\"]\n\
                  [statuses]\nclosed = \"closed\"\n[clocks.resolution]\nlimit = \"8h\"\n\
                  [clocks.response]\nenabled = false\n[clocks.on_site]\nenabled = false\n";
    let mut tickets = "ticket_id,opened_at,resolved_at,status,severity\n".to_owned();
    for number in 0..120 {
        let (day, hour) = (1 + number % 28, if number % 3 == 0 { 20 } else { 12 });
        // No two accounts are the same.
        let minute = number % 60;
        let severity = if number % 4 == 0 { "low" } else { "high" };
        tickets += &format!(
            "T{number:03},2026-09-{day:02}T08:{minute:02}:00Z,2026-09-{day:02}T{hour}:00:00Z,\
             closed,{severity}\n"
        );
    }
    fs::write(folder.join("sla.toml"), config).unwrap();
    fs::write(folder.join("tickets.csv"), tickets).unwrap();
    let arguments =
        ["report", "--period", "2026-09", "--format", "html,csv", "--no-data", "--html-rows", "100"];
    let done = sla(&folder, &arguments);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    folder.join("out/2026-09/index.html")
}

#[test]
fn paper_gets_the_account_that_is_open_and_no_other() {
    if browser().is_none() {
        return;
    }
    let seen = small_without_script();
    let accounts: Vec<&Node> = seen.document.below().into_iter().filter(|node| node.is("account")).collect();
    assert!(accounts.len() > 1);
    let facts = |account: &Node| letters(&account.all("dl")[0].text());
    let open = accounts[1];
    let (pages, outside) = print(small(), &format!("#{}", open.attribute("id").unwrap()));
    assert_eq!(outside, [""; 0]);
    let paper = Paper::new(&pages, &[]);
    assert!(!paper.text.contains("filteredonthescreen"));
    for account in accounts {
        let is_open = account.attribute("id") == open.attribute("id");
        assert_eq!(paper.text.contains(&facts(account)), is_open, "{:?}", account.attribute("id"));
    }
}

// An export that means harm.

const ATTACKS: [&str; 12] = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "=HYPERLINK(\"http://x\",\"y\")",
    "@SUM(1)",
    "\u{202e}right to left\u{200f}",
    "nu\0l",
    "#panic",
    "-1+cmd|' /C calc'!A0",
    "+1",
    "one\n::error::two\nowned=1",
    "]]><!--&amp;\"'`|*_[x](javascript:alert(1))",
    "\u{feff}=1+1",
];

/// Reports made of attacks, in every format that there is.
fn hostile() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser-hostile");
        // A file of an earlier run would be checked as well.
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        make_hostile(&folder);
        folder
    })
}

fn make_hostile(folder: &Path) {
    let columns = [
        "ticket_id",
        "opened_at",
        "first_response_at",
        "on_site_at",
        "resolved_at",
        "status",
        "severity",
        "request_type",
        "customer",
        "site",
        "asset",
        "product",
        "module",
        "hardware_model",
        "category",
        "error_code",
        "summary",
        "activity",
        "resolution_code",
        "assignee",
        "group_name",
        "article",
    ];
    let mut csv = csv::Writer::from_path(folder.join("tickets.csv")).unwrap();
    csv.write_record(columns).unwrap();
    let long = "W".repeat(40_000);
    for number in 0..96 {
        let attack = |more: usize| ATTACKS[(number + more) % ATTACKS.len()];
        let day = format!("2026-09-{:02}T", 1 + number % 20);
        let (is_open, is_late) = (number % 7 == 0, number % 3 == 0);
        let at = |hour: &str| format!("{day}{hour}:00:00Z");
        let mut row = vec![
            format!("{}{number}", attack(0)),
            at("08"),
            at(if is_late { "18" } else { "09" }),
            at(if is_late { "19" } else { "10" }),
            if is_open { String::new() } else { at(if is_late { "20" } else { "11" }) },
            if is_open { "open" } else { "closed" }.to_owned(),
            "high".to_owned(),
            if number % 5 == 0 { "upgrade" } else { "incident" }.to_owned(),
        ];
        // Few values, so that they also head groups, areas and charts.
        row.extend((8..columns.len()).map(|column| attack(number / 12 + column).to_owned()));
        row[8] = ATTACKS[number % ATTACKS.len()].to_owned();
        row[9] = format!("{}{}", ATTACKS[number % ATTACKS.len()], number % 2);
        if number == 50 {
            row[16].clone_from(&long);
        }
        csv.write_record(row).unwrap();
    }
    csv.flush().unwrap();
    let mut csv = csv::Writer::from_path(folder.join("contracts.csv")).unwrap();
    csv.write_record(["contract", "customer", "start_on", "end_on"]).unwrap();
    for attack in ATTACKS {
        csv.write_record([attack, attack, "2026-01-01", "2026-12-31"]).unwrap();
    }
    csv.flush().unwrap();
    let config = "[report]\nmin_n = 1\n[inputs.tickets]\npath = \"tickets.csv\"\n\
                  [inputs.contracts]\npath = \"contracts.csv\"\n[severity]\nlevels = [\"high\"]\n\
                  [statuses]\nwork = \"open\"\nclosed = \"closed\"\n[clocks.resolution]\nlimit = \"8h\"\n\
                  attainment_target = 0.9\n[[gates]]\ncheck = \"resolution.attainment[contract=*] >= 90%\"\n";
    fs::write(folder.join("sla.toml"), config).unwrap();
    // All that `--help` names, so that a new one has to pass too.
    let help = text(&sla(folder, &["report", "--help"]).stdout);
    let formats = help.split_once("--format").unwrap().1.split_once("[possible values: ").unwrap().1;
    let formats = formats.split_once(']').unwrap().0.split_whitespace().collect::<String>();
    assert!(formats.split(',').count() >= 10, "{formats}");
    let [page, outputs] = ["page.md", "outputs"].map(|name| folder.join(name));
    let done = Command::new(env!("CARGO_BIN_EXE_sla"))
        .args(["run", "--period", "2026-09", "--as-of", "2026-09-30", "--github", "on", "--format", &formats])
        .current_dir(folder)
        .env("GITHUB_STEP_SUMMARY", &page)
        .env("GITHUB_OUTPUT", &outputs)
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(1), "{}", text(&done.stderr));
    // A line of the job's log that an export began would be a command to its runner.
    let said = text(&done.stdout);
    let commands: Vec<&str> = said.lines().filter(|line| line.trim_start().starts_with("::")).collect();
    assert!(!commands.is_empty());
    assert!(commands.iter().all(|line| line.starts_with("::error title=SLA gate::")), "{said}");
    markdown(&fs::read_to_string(page).unwrap());
    let outputs = fs::read_to_string(outputs).unwrap();
    let names: Vec<&str> = outputs.lines().map(|line| line.split('=').next().unwrap()).collect();
    assert_eq!(names, ["period", "gates_failed"]);
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

#[test]
fn an_export_that_means_harm_is_text_in_every_file() {
    let mut seen = BTreeSet::new();
    for path in files(&hostile().join("out")) {
        let kind = path.extension().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        let name = path.display();
        match kind.as_str() {
            "csv" => {
                for row in csv::Reader::from_reader(&bytes[..]).records().map(Result::unwrap) {
                    for cell in &row {
                        let shown = cell.trim_start_matches(|c: char| {
                            c.is_whitespace() || c.is_control() || c == '\u{feff}'
                        });
                        let is_formula =
                            shown.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
                        assert!(!is_formula, "{name}: {cell:?}");
                        // The number of a text that only looks like one was never one.
                        assert_ne!(cell, "+1", "{name}");
                    }
                }
            }
            "xlsx" => workbook(&bytes),
            "svg" => drawing(&text(&bytes)),
            "xml" => {
                let text = text(&bytes);
                let xml = resvg::usvg::roxmltree::Document::parse(&text).expect("well-formed");
                let names: BTreeSet<&str> = xml
                    .descendants()
                    .filter(|node| node.is_element())
                    .map(|node| node.tag_name().name())
                    .collect();
                let known = ["failure", "skipped", "system-out", "testcase", "testsuite", "testsuites"];
                assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
                let suites: BTreeSet<&str> =
                    xml.descendants().filter_map(|node| node.attribute("classname")).collect();
                assert!(suites.contains(ATTACKS[1]), "{suites:?}");
            }
            "json" => {
                serde_json::from_slice::<serde_json::Value>(&bytes)
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                if path.ends_with("summary.slack.json") {
                    // Slack reads <…> as a link or a mention.
                    assert!(!bytes.contains(&b'<'), "{name}");
                }
            }
            "prom" => gauges(&text(&bytes)),
            "md" => markdown(&text(&bytes)),
            "png" => assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}"),
            "parquet" => assert!(bytes.starts_with(b"PAR1"), "{name}"),
            "html" => {}
            other => panic!("what is a {other}? {name}"),
        }
        seen.insert(kind);
    }
    let all = ["csv", "html", "json", "md", "parquet", "png", "prom", "svg", "xlsx", "xml"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), all);
}

/// Text is text, and what is a formula the export has no part in.
fn workbook(bytes: &[u8]) {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut sheets = 0;
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        resvg::usvg::roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        sheets += usize::from(name.starts_with("xl/worksheets/sheet"));
        // `c:f` of a chart is the range that it draws.
        for formula in text.split("<f>").skip(1).map(|rest| rest.split_once("</f>").unwrap().0) {
            assert!(formula.starts_with("SUBTOTAL("), "{name}: {formula}");
        }
        // Links lead from sheet to sheet, never out.
        assert!(!text.contains("TargetMode=\"External\""), "{name}");
    }
    assert!(sheets > 5);
}

/// No element that runs or fetches anything.
fn drawing(text: &str) {
    let svg = resvg::usvg::roxmltree::Document::parse(text).expect("well-formed");
    for node in svg.descendants().filter(|node| node.is_element()) {
        let name = node.tag_name().name();
        assert!(!["script", "foreignObject", "image", "img", "a", "use", "style"].contains(&name), "{name}");
        for attribute in node.attributes() {
            let name = attribute.name();
            assert!(!name.starts_with("on") && name != "href", "{name}");
        }
    }
}

/// Comments and samples, each of one line with a number at its end.
fn gauges(text: &str) {
    assert!(text.ends_with('\n'));
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.starts_with("sla_"), "{line}");
        let value = line.rsplit(' ').next().unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let Some((_, labels)) = line.split_once('{') else { continue };
        // Each label's text ends with the next bare quote.
        let mut rest = labels.rsplit_once("} ").unwrap().0;
        while !rest.is_empty() {
            let (name, value) = rest.split_once("=\"").unwrap();
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
            let mut is_escaped = false;
            let end = value
                .find(|c| {
                    let ends = c == '"' && !is_escaped;
                    is_escaped = c == '\\' && !is_escaped;
                    ends
                })
                .unwrap_or_else(|| panic!("{line}"));
            rest = value[end + 1..].trim_start_matches(',');
        }
    }
}

/// No tag but those of the template, no link, and tables whose rows have the columns of their header.
fn markdown(text: &str) {
    let tags = text.split('<').skip(1).map(|rest| rest.split('>').next().unwrap());
    let own = ["details", "summary", "/summary", "/details"];
    for tag in tags {
        assert!(own.contains(&tag), "<{tag}");
    }
    assert!(!text.contains("](") || text.contains("\\]("), "a link: {text}");
    let mut columns = None;
    for line in text.lines() {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let own = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        assert_eq!(own, *columns.get_or_insert(own), "{line}");
    }
}

#[test]
fn an_export_that_means_harm_is_text_in_the_browser() {
    if browser().is_none() {
        return;
    }
    // An address may mean harm too: what it asks for stands on the page.
    let asked = [("q", ATTACKS[1]), ("customer", ATTACKS[0])];
    let seen = see(&hostile().join("out/2026-09/index.html"), &address(&asked), Script::On);
    assert_eq!(seen.complaints, [""; 0]);
    let document = &seen.document;
    assert_eq!(document.title(), "SLA report – all contracts – September 2026");
    assert!(!document.first("tools").unwrap().is_hidden(), "the script didn't run");
    let forms = document.all("form");
    assert!(
        forms.len() == 1
            && forms[0].attribute("id") == Some("filters")
            && forms[0].attribute("action").is_none()
    );
    // Its own and the words of it, which are data.
    let scripts = document.all("script");
    assert_eq!(scripts.len(), 2);
    assert!(scripts.iter().any(|script| script.attribute("type") == Some("application/json")));
    let line = document.first("filtered").unwrap().text();
    assert!(line.contains(ATTACKS[0]) && line.contains(ATTACKS[1]), "{line}");
    for node in document.below() {
        assert!(!["img", "iframe", "object", "embed", "base"].contains(&node.name.as_str()), "{node:?}");
        for (name, value) in &node.attributes {
            assert!(!name.starts_with("on") && name != "style", "{name}={value}");
            let is_link = name == "href" || name == "src";
            assert!(!is_link || !value.contains(':') && !value.starts_with("//"), "{name}={value}");
        }
    }
    // It is there, as text; what has no letters may be blank, but nothing else is lost.
    let tickets = tables(document);
    let texts = table(&tickets, "tickets").texts().concat().concat();
    for attack in [ATTACKS[0], ATTACKS[1], ATTACKS[2], ATTACKS[3], ATTACKS[6], ATTACKS[7], ATTACKS[10]] {
        assert!(texts.contains(attack), "{attack}");
    }
    assert_eq!(unheard(document, "en-GB"), [""; 0]);
}
