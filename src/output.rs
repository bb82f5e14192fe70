//! The only writer of results: a temporary folder, then one rename.

mod listing;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use polars::prelude::DataFrame;
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::import::hex;

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

/// A frame as Parquet; `name` is for messages.
///
/// # Errors
/// What Polars says.
pub fn parquet(name: &str, frame: &DataFrame) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Snappy)
        .finish(&mut frame.clone())
        .map_err(|error| format!("error: can't write `{name}` as Parquet: {error}"))?;
    Ok(bytes)
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
