//! The examples of `docs/ci.md`, run as their schedulers would run them.
//!
//! Leaves out what only the services themselves can tell: their actions, and
//! whether they publish.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{root, sla, text};

/// The examples in one section: all of its fenced lines.
fn example(section: &str) -> Vec<String> {
    let page = fs::read_to_string(root("docs/ci.md")).unwrap();
    let (_, below) = page.split_once(&format!("\n## {section}\n")).expect("a section");
    let own = below.split("\n## ").next().unwrap();
    let fenced = own.split("```").skip(1).step_by(2);
    fenced.flat_map(|block| block.lines().skip(1)).map(str::to_owned).collect()
}

/// What follows `key` on the lines that begin with it.
fn after(lines: &[String], key: &str) -> Vec<String> {
    lines.iter().filter_map(|line| line.trim_start().strip_prefix(key)).map(str::to_owned).collect()
}

struct Host {
    folder: tempfile::TempDir,
}

impl Host {
    /// The bank's exports with the gates of the page, and one that doesn't hold.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(root("sample-data/bank")).unwrap().map(Result::unwrap) {
            fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
        let gates = example("Gates").join("\n") + "\n[[gates]]\ncheck = \"missed == 0\"\n";
        let config = fs::read_to_string(folder.path().join("sla.toml")).unwrap() + "\n" + &gates;
        fs::write(folder.path().join("sla.toml"), config).unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        let host = Self { folder };
        // The sample ends with September 2026. An escape that went wrong gets no answer.
        host.program("date", "test \"$*\" = '-u +%FT%TZ' && echo 2026-10-01T06:15:00Z");
        host.program("sla", &format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_sla")));
        host
    }

    fn program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path(&format!("bin/{name}"));
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Exit code and what was printed, of a command with no other environment.
    fn run(&self, command: &str, environment: &[(&str, &str)]) -> (Option<i32>, String) {
        let here = self.folder.path().display();
        let command = command
            .replace("/srv/www/sla", &format!("{here}/public"))
            .replace("/srv/sla", &here.to_string())
            .replace("/usr/local/bin/sla", &format!("{here}/bin/sla"));
        let done = Command::new("/bin/sh")
            .args(["-e", "-c", &command])
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", format!("{here}/bin:/usr/bin:/bin"))
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        (done.status.code(), text(&done.stdout) + &text(&done.stderr))
    }

    fn is_written(&self) -> bool {
        ["index.html", "2026-09/index.html", "2026-09/junit.xml", "2026-09/metrics.prom"]
            .iter()
            .all(|name| self.path("public").join(name).is_file())
    }
}

#[test]
fn the_gates_of_the_page_are_gates() {
    let host = Host::new();
    let done = sla(host.folder.path(), &["check"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
}

#[test]
fn github_publishes_and_then_judges() {
    let host = Host::new();
    let lines = example("GitHub Actions");
    let mut steps = after(&lines, "run: ");
    steps.extend(after(&lines, "- run: "));
    let [report, gate] = &steps[..] else { panic!("{steps:?}") };
    let [page, outputs] = ["page.md", "outputs"].map(|name| host.path(name).display().to_string());
    let environment =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", &*page), ("GITHUB_OUTPUT", &*outputs)];
    let (code, said) = host.run(report, &environment);
    assert_eq!(code, Some(0), "{said}");
    assert!(host.is_written() && Path::new(&page).is_file());
    let outputs = fs::read_to_string(outputs).unwrap();
    let period = outputs.lines().find_map(|line| line.strip_prefix("period=")).unwrap();
    let (code, said) = host.run(gate, &[("PERIOD", period)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("missed == 0"), "{said}");
}

#[test]
fn gitlab_publishes_and_then_judges() {
    let host = Host::new();
    let steps = after(&example("GitLab CI"), "- ");
    let [report, gate] = &steps[..] else { panic!("{steps:?}") };
    let (code, said) = host.run(report, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(host.is_written());
    let (code, said) = host.run(gate, &[]);
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn cron_mails_what_failed_and_nothing_else() {
    let lines = example("cron");
    let [line] = &lines[..] else { panic!("{lines:?}") };
    let command = line.split_whitespace().skip(5).collect::<Vec<_>>().join(" ");
    // cron takes what follows a bare `%` as input of the command.
    assert_eq!(command.matches('%').count(), command.matches("\\%").count(), "{command}");
    // It doesn't look where a program of one's own is.
    assert!(command.contains(" /usr/local/bin/sla "), "{command}");
    let host = Host::new();
    let (code, said) = host.run(&command.replace("\\%", "%"), &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(host.is_written());
    assert!(
        said.lines().all(|line| line.starts_with("error: ") || line.contains(" doesn't hold: ")),
        "{said}"
    );
    let config = fs::read_to_string(host.path("sla.toml")).unwrap();
    fs::write(host.path("sla.toml"), config.split("[[gates]]").next().unwrap()).unwrap();
    assert_eq!(host.run(&command.replace("\\%", "%"), &[]), (Some(0), String::new()));
}

#[test]
fn a_unit_of_systemd_fails_with_its_gates() {
    let starts = after(&example("systemd"), "ExecStart=");
    let [start] = &starts[..] else { panic!("{starts:?}") };
    // A bare `%` would be one of systemd's own words.
    assert!(!start.replace("%%", "").contains('%'), "{start}");
    let host = Host::new();
    let (code, said) = host.run(&start.replace("%%", "%"), &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(host.is_written());
}
