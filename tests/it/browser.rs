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

/// A browser that takes longer hangs; the longest check takes some seconds.
const PATIENCE: Duration = Duration::from_secs(150);

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
        .args(["--enable-logging=stderr", "--v=0", "--virtual-time-budget=5000", "--no-pdf-header-footer"])
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

    /// The text without what is only spoken.
    fn printed(&self) -> String {
        let printed = self.children.iter().filter(|child| child.name != "i").map(Self::printed);
        self.text.clone() + &printed.collect::<String>()
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
}

impl Table<'_> {
    fn cells(row: &Node) -> impl Iterator<Item = &Node> {
        row.children.iter().filter(|cell| cell.name == "th" || cell.name == "td")
    }

    fn texts(&self) -> Vec<Vec<String>> {
        self.rows.iter().map(|row| Self::cells(row).map(Node::text).collect()).collect()
    }

    /// As on paper.
    fn header(&self) -> String {
        self.heads.iter().map(|head| letters(&head.printed())).collect()
    }

    fn column(&self, name: &str) -> usize {
        self.heads.iter().position(|head| head.attribute("data-c") == Some(name)).unwrap()
    }
}

/// The tables of the report with rows; those of its accounts are not among them.
fn tables(document: &Node) -> Vec<Table<'_>> {
    let mut found = Vec::new();
    for block in document.below().into_iter().filter(|node| node.is("block")) {
        let Some(table) = block.first("scroll").and_then(|scroll| scroll.own("table").next()) else {
            continue;
        };
        let part = |name| table.own(name).next().unwrap();
        found.push(Table {
            slug: block.attribute("id").unwrap().strip_prefix("t-").unwrap(),
            block,
            caption: part("caption").text(),
            heads: part("thead").all("th"),
            rows: part("tbody").own("tr").filter(|row| !row.is("unfolded")).collect(),
        });
    }
    found
}

fn table<'a>(all: &'a [Table<'a>], slug: &str) -> &'a Table<'a> {
    all.iter().find(|table| table.slug == slug).unwrap()
}

// The bank's report, made once; and its document with and without script.

fn bank() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        // In the target folder, where the next run replaces it: nothing drops what a static holds.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
        fs::create_dir_all(&folder).unwrap();
        let config = root("sample-data/bank/sla.toml");
        let arguments = ["report", "--period", "2026-09", "--no-data", "--config", config.to_str().unwrap()];
        let done = sla(&folder, &arguments);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        folder
    })
}

fn page() -> PathBuf {
    bank().join("out/2026-09/index.html")
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
fn nothing_but_the_own_script_runs() {
    if browser().is_none() {
        return;
    }
    // Only `eval` is left to stop the one that the policy is made to let through.
    const ALLOWED: &str =
        r#"try { eval("document.title = 'owned'") } catch { document.body.dataset.eval = "blocked" }"#;
    const ALLOWED_HASH: &str = "sha256-MeCNRymOHHItWDsrvjNFjn5iQpBnXff/qLV2dNEjHcE=";
    let folder = tempfile::tempdir().unwrap();
    let own = fs::read_to_string(page()).unwrap();
    let planted =
        own.replacen("script-src ", &format!("script-src &#x27;{ALLOWED_HASH}&#x27; "), 1).replacen(
            "</body>",
            &format!(
                "<script>document.title = 'owned'</script><script>{ALLOWED}</script>\
                 <img alt=\"\" src=\"data:,\" onerror=\"document.title = 'owned'\"></body>"
            ),
            1,
        );
    let path = folder.path().join("index.html");
    fs::write(&path, planted).unwrap();
    let seen = see(&path, "", Script::On);
    assert_eq!(seen.document.title(), with_script().document.title());
    assert_eq!(seen.document.all("body")[0].attribute("data-eval"), Some("blocked"));
    // Each attack is told: so none would have passed the test above in silence.
    for told in ["inline script violates", "inline event handler violates"] {
        assert!(seen.complaints.iter().any(|line| line.contains(told)), "{told}: {:#?}", seen.complaints);
    }
}

#[test]
fn without_script_all_is_there() {
    if browser().is_none() {
        return;
    }
    let (on, off) = (&with_script().document, &without_script().document);
    assert!(off.first("tools").unwrap().is_hidden(), "the script ran");
    let sections =
        |document: &Node| document.all("h2").iter().map(|heading| heading.text()).collect::<Vec<_>>();
    assert!(sections(off).len() > 5);
    assert_eq!(sections(off), sections(on));
    let accounts: Vec<&str> = off
        .below()
        .into_iter()
        .filter(|node| node.is("account"))
        .filter_map(|node| node.attribute("id"))
        .collect();
    let (on, off) = (tables(on), tables(off));
    assert!(off.len() > 20);
    assert_eq!(on.len(), off.len());
    for (on, off) in on.iter().zip(&off) {
        assert_eq!(on.texts(), off.texts(), "{}", off.slug);
        assert!(!off.rows.iter().any(|row| row.is_hidden()), "{}", off.slug);
        // What rows open is a list that unfolds by itself.
        for row in &off.rows {
            for link in row.all("a").into_iter().filter(|link| link.is("open")) {
                let id = link.attribute("href").unwrap().strip_prefix('#');
                assert!(accounts.contains(&id.unwrap()), "{id:?}");
            }
        }
        assert!(!off.block.first("ledgers").is_some_and(Node::is_hidden));
    }
}

#[test]
fn an_address_filters() {
    if browser().is_none() {
        return;
    }
    let whole = tables(&without_script().document);
    let whole = table(&whole, "tickets");
    // Without a filter the screen gets the first rows and says so.
    let first = tables(&with_script().document);
    let first = table(&first, "tickets");
    assert!(whole.rows.len() > SHOWN);
    assert_eq!(first.rows.iter().filter(|row| !row.is_hidden()).count(), SHOWN);
    let said = |table: &Table, class: &str| table.block.first(class).unwrap().text();
    assert_eq!(said(first, "count"), format!("{0} of {0} rows", whole.rows.len()));
    assert_eq!(said(first, "more"), format!("Show all {} (now the first {SHOWN})", whole.rows.len()));
    // Words stand anywhere in a row; a customer is chosen, and has a letter beyond ASCII.
    let (customer, clock) = (whole.column("customer"), whole.column("clock"));
    let expected: Vec<Vec<String>> = whole
        .texts()
        .into_iter()
        .filter(|row| {
            row[customer] == "Banco Ipê Dourado"
                && row[clock] == "resolution"
                && row.concat().to_lowercase().contains("t0000")
                && row.concat().to_lowercase().contains("medium")
        })
        .collect();
    assert!(!expected.is_empty() && expected.len() < SHOWN);
    let seen = see(
        &page(),
        "#t-tickets?q=T0000+MEDIUM&clock=resolution&customer=Banco+Ip%C3%AA+Dourado",
        Script::On,
    );
    assert_eq!(seen.complaints, [""; 0]);
    let filtered = tables(&seen.document);
    let filtered = table(&filtered, "tickets");
    let shown: Vec<Vec<String>> = filtered
        .rows
        .iter()
        .filter(|row| !row.is_hidden())
        .map(|row| Table::cells(row).map(Node::text).collect())
        .collect();
    assert_eq!(shown, expected);
    let count = said(filtered, "count");
    let (number, by) = count.split_once(" – filtered by ").unwrap();
    assert_eq!(number, format!("{} of {} rows", expected.len(), whole.rows.len()));
    let mut by: Vec<&str> = by.split(", ").collect();
    by.sort_unstable();
    assert_eq!(by, ["Clock: resolution", "Customer: Banco Ipê Dourado", "“T0000 MEDIUM”"]);
    assert!(filtered.block.first("more").unwrap().is_hidden());
    // Other tables keep all of theirs.
    for (other, before) in tables(&seen.document).iter().zip(tables(&with_script().document)) {
        let hidden = |table: &Table| table.rows.iter().filter(|row| row.is_hidden()).count();
        assert!(other.slug == "tickets" || hidden(other) == hidden(&before), "{}", other.slug);
    }
}

#[test]
fn a_search_finds_what_stands_in_a_cell() {
    if browser().is_none() {
        return;
    }
    let whole = tables(&without_script().document);
    let whole = table(&whole, "tickets");
    // Not what is only spoken where a value is missing.
    assert!(whole.texts().concat().concat().contains("no value"));
    let expected = whole.rows.iter().filter(|row| row.printed().to_lowercase().contains("value")).count();
    let seen = see(&page(), "#t-tickets?q=value", Script::On);
    let filtered = tables(&seen.document);
    let count = table(&filtered, "tickets").block.first("count").unwrap().text();
    assert_eq!(count, format!("{expected} of {} rows – filtered by “value”", whole.rows.len()));
}

#[test]
fn readers_that_hear_the_page_get_all_of_it() {
    if browser().is_none() {
        return;
    }
    for document in [&with_script().document, &without_script().document] {
        assert_eq!(unheard(document), [""; 0]);
        assert!(document.all("svg").iter().filter(|svg| svg.attribute("role") == Some("img")).count() > 5);
    }
}

/// What would be lost on somebody who hears the page or goes through it by keyboard.
fn unheard(document: &Node) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            found.push(what);
        }
    };
    let html = document.all("html")[0];
    check(html.attribute("lang") == Some("en-GB"), "no language".into());
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
                let target = link.strip_prefix('#');
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
fn captions_count_the_rows_below_them() {
    if browser().is_none() {
        return;
    }
    for table in tables(&without_script().document) {
        let file = format!("out/2026-09/csv/{}.csv", table.slug);
        let mut csv = csv::Reader::from_path(bank().join(file)).unwrap();
        let all = csv.records().map(Result::unwrap).count();
        let rows = table.rows.len();
        let title = table.block.all("h3")[0].text();
        let size = match all {
            1 => "1 row".to_owned(),
            _ if rows == all => format!("{rows} rows"),
            _ => format!("showing {rows} of {all} rows – the rest is in csv/{}.csv", table.slug),
        };
        assert_eq!(table.caption, format!("{title} {size}"));
        let printed = table.block.first("printed").map(Node::text);
        let expected = (rows > PRINTED).then(|| {
            format!("On paper: the first {PRINTED} of {all} rows; all are in csv/{}.csv.", table.slug)
        });
        assert_eq!(printed, expected, "{}", table.slug);
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
        let row = |row: &Node| Table::cells(row).map(|cell| letters(&cell.printed())).collect::<String>();
        let caption = letters(&table.caption);
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
    let (pages, outside) = print(&page(), "");
    assert_eq!(outside, [""; 0]);
    let document = &without_script().document;
    let tables = tables(document);
    let paper = Paper::new(&pages, &tables);
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
        let (end, sheets) = paper.follow(at, table, rows);
        at = end;
        // And no more than it says.
        if let Some(next) = table.rows.get(PRINTED) {
            let next: String = Table::cells(next).map(|cell| letters(&cell.printed())).collect();
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
}

/// A page of its own that is printed quickly: 120 tickets, of which 90 are of one severity.
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
    let done = sla(&folder, &["report", "--period", "2026-09", "--format", "html,csv", "--no-data"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    folder.join("out/2026-09/index.html")
}

#[test]
fn paper_gets_all_that_a_filter_keeps() {
    if browser().is_none() {
        return;
    }
    let seen = small_without_script();
    let all = tables(&seen.document);
    let tickets = table(&all, "tickets");
    let severity = tickets.column("severity");
    let kept: Vec<&Node> = tickets
        .rows
        .iter()
        .copied()
        .filter(|row| Table::cells(row).nth(severity).unwrap().text() == "high")
        .collect();
    assert!(kept.len() > PRINTED && kept.len() < tickets.rows.len());
    let (pages, outside) = print(small(), "#t-tickets?severity=high");
    assert_eq!(outside, [""; 0]);
    let paper = Paper::new(&pages, &all);
    let said = format!("{} of {} rows – filtered by Severity: high", kept.len(), tickets.rows.len());
    let at = paper.text.find(&letters(&said)).expect("how it is filtered");
    let (_, sheets) = paper.follow(at, tickets, &kept);
    assert!(sheets.len() > 1);
    for sheet in sheets {
        assert_eq!(paper.headers[sheet].get(&tickets.header()), Some(&1), "page {}", sheet + 1);
    }
}

#[test]
fn paper_gets_the_account_that_is_open_and_no_other() {
    if browser().is_none() {
        return;
    }
    let seen = small_without_script();
    let accounts: Vec<&Node> = seen.document.below().into_iter().filter(|node| node.is("account")).collect();
    assert!(accounts.len() > 1);
    let facts = |account: &Node| letters(&account.all("dl")[0].printed());
    let open = accounts[1];
    let (pages, outside) = print(small(), &format!("#{}", open.attribute("id").unwrap()));
    assert_eq!(outside, [""; 0]);
    let paper = Paper::new(&pages, &[]);
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
fn hostile() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
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
    let mut csv = csv::Writer::from_path(folder.path().join("tickets.csv")).unwrap();
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
    let mut csv = csv::Writer::from_path(folder.path().join("contracts.csv")).unwrap();
    csv.write_record(["contract", "customer", "start_on", "end_on"]).unwrap();
    for attack in ATTACKS {
        csv.write_record([attack, attack, "2026-01-01", "2026-12-31"]).unwrap();
    }
    csv.flush().unwrap();
    let config = "[report]\nmin_n = 1\n[inputs.tickets]\npath = \"tickets.csv\"\n\
                  [inputs.contracts]\npath = \"contracts.csv\"\n[severity]\nlevels = [\"high\"]\n\
                  [statuses]\nwork = \"open\"\nclosed = \"closed\"\n[clocks.resolution]\nlimit = \"8h\"\n\
                  attainment_target = 0.9\n[[gates]]\ncheck = \"resolution.attainment[contract=*] >= 90%\"\n";
    fs::write(folder.path().join("sla.toml"), config).unwrap();
    // All that `--help` names, so that a new one has to pass too.
    let help = text(&sla(folder.path(), &["report", "--help"]).stdout);
    let formats = help.split_once("--format").unwrap().1.split_once("[possible values: ").unwrap().1;
    let formats = formats.split_once(']').unwrap().0.split_whitespace().collect::<String>();
    assert!(formats.split(',').count() >= 10, "{formats}");
    let [page, outputs] = ["page.md", "outputs"].map(|name| folder.path().join(name));
    let done = Command::new(env!("CARGO_BIN_EXE_sla"))
        .args(["run", "--period", "2026-09", "--as-of", "2026-09-30", "--github", "on", "--format", &formats])
        .current_dir(folder.path())
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
    folder
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
    let folder = hostile();
    let mut seen = BTreeSet::new();
    for path in files(&folder.path().join("out")) {
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
    let folder = hostile();
    let seen = see(&folder.path().join("out/2026-09/index.html"), "", Script::On);
    assert_eq!(seen.complaints, [""; 0]);
    let document = &seen.document;
    assert_eq!(document.title(), "SLA report – all contracts – September 2026");
    assert!(!document.first("tools").unwrap().is_hidden(), "the script didn't run");
    assert_eq!(document.all("script").len(), 1);
    for node in document.below() {
        assert!(
            !["img", "iframe", "object", "embed", "form", "base"].contains(&node.name.as_str()),
            "{node:?}"
        );
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
    assert_eq!(unheard(document), [""; 0]);
}
