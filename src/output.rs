//! The only writer of results: a temporary folder, then one rename.

mod listing;
mod parquet;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use polars::prelude::PolarsResult;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::import::hex;
use crate::tables::Made;

pub use listing::index;

/// The temporary folder of the run, for those who must leave in the middle of it.
static MAKING: Mutex<Option<PathBuf>> = Mutex::new(None);

fn making(folder: Option<PathBuf>) {
    *MAKING.lock().unwrap_or_else(PoisonError::into_inner) = folder;
}

/// Removes what an interrupted run has written so far.
pub fn abandon() {
    if let Some(folder) = MAKING.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Everything that is written into one folder, until it is published.
pub struct Output {
    out: PathBuf,
    temporary: tempfile::TempDir,
    files: Vec<Written>,
}

/// One file of the output tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Relative to the folder, with `/`.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Output {
    /// Makes a temporary folder beside the results.
    ///
    /// # Errors
    /// What the system says; nothing is left behind.
    pub fn create(out: &Path) -> Result<Output, String> {
        fs::create_dir_all(out).map_err(|error| told(out, &error))?;
        let temporary =
            tempfile::Builder::new().prefix(".tmp-").tempdir_in(out).map_err(|error| told(out, &error))?;
        making(Some(temporary.path().to_path_buf()));
        Ok(Output { out: out.to_path_buf(), temporary, files: Vec::new() })
    }

    fn open(&self, path: &str) -> Result<(File, PathBuf), String> {
        let full = self.temporary.path().join(path);
        if let Some(folder) = full.parent() {
            fs::create_dir_all(folder).map_err(|error| told(folder, &error))?;
        }
        let file = File::create(&full).map_err(|error| told(&full, &error))?;
        Ok((file, full))
    }

    /// A file that grows bit by bit, until it is [kept](Output::keep).
    ///
    /// # Errors
    /// What the system says.
    pub fn sink(&self, path: &str) -> Result<Sink, String> {
        let (file, full) = self.open(path)?;
        Ok(Sink { file: BufWriter::new(file), full, path: path.to_owned(), hash: Sha256::new(), bytes: 0 })
    }

    /// Adds a file to the results.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep(&mut self, mut sink: Sink) -> Result<(), String> {
        let done = sink.file.flush().and_then(|()| sink.file.get_ref().sync_all());
        done.map_err(|error| told(&sink.full, &error))?;
        let sha256 = hex(&sink.hash.finalize());
        self.files.push(Written { path: sink.path, bytes: sink.bytes, sha256 });
        Ok(())
    }

    /// Writes a file.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let (mut file, full) = self.open(path)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| told(&full, &error))?;
        self.files.push(Written {
            path: path.to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex(&Sha256::digest(bytes)),
        });
        Ok(())
    }

    /// Writes `manifest.json` and `run.json` and puts the folder `name` in its place.
    ///
    /// # Errors
    /// What the system says; the former results are still there then.
    pub fn publish(mut self, name: &str, manifest: serde_json::Value, run: &str) -> Result<PathBuf, String> {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        let files: Vec<_> = self
            .files
            .iter()
            .map(|file| {
                json!({ "path": file.path, "bytes": file.bytes, "sha256": file.sha256, "media_type": media_type(&file.path) })
            })
            .collect();
        let mut manifest = manifest;
        manifest["files"] = json!(files);
        self.write("manifest.json", format!("{manifest:#}\n").as_bytes())?;
        self.write("run.json", run.as_bytes())?;

        let place = self.out.join(name);
        let old = self.out.join(format!(".old-{name}"));
        let _ = fs::remove_dir_all(&old);
        if place.exists() {
            fs::rename(&place, &old).map_err(|error| told(&place, &error))?;
        }
        // From here on the results are whole.
        making(None);
        let made = self.temporary.keep();
        if let Err(error) = fs::rename(&made, &place) {
            let _ = fs::remove_dir_all(&made);
            let _ = fs::rename(&old, &place);
            return Err(told(&place, &error));
        }
        open_to_all(&place);
        let _ = fs::remove_dir_all(&old);
        Ok(place)
    }
}

/// A file that is being written.
pub struct Sink {
    file: BufWriter<File>,
    full: PathBuf,
    path: String,
    hash: Sha256,
    bytes: u64,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Writes parts of the same columns as one Parquet file, a row group for each: `part` makes the nth,
/// while the one before is written, until there is none.
///
/// # Errors
/// What Polars or the system says.
pub fn parquet(
    sink: &mut Sink,
    part: impl Fn(usize) -> Option<PolarsResult<Vec<Made>>> + Sync,
) -> Result<(), String> {
    let place = sink.full.display().to_string();
    parquet::write(sink, part).map_err(|error| format!("error: can't write `{place}`: {error}"))
}

/// The temporary folder is private to its maker; what is published isn't.
#[cfg(unix)]
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) {}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("error: can't write `{}`: {error}", path.display())
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html",
        "csv" => "text/csv",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "md" => "text/markdown",
        "prom" => "text/plain",
        "xml" => "application/xml",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "png" => "image/png",
        "parquet" => "application/vnd.apache.parquet",
        _ => "application/octet-stream",
    }
}
