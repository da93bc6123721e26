//! Reading a database of advisories that a user has: a folder of records, a file of lines, or an archive.

use std::io::Read as _;

use rayon::prelude::*;

use super::Advisories;
use super::compile::{Compiled, compile};
use super::osv::Record;
use crate::decode;
use crate::fs::{FileSystem, Kind, ReadError, WalkOptions};
use crate::path;

/// The most bytes of the database as one file.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// The most bytes of one record.
const MAX_RECORD: u64 = 64 * 1024 * 1024;

/// Reads the database at `path`: a folder in which every `.json`, `.yaml` and `.yml` file is a record (hidden files and folders
/// aside), one such file, a `.jsonl` file with a record on each line, or a `.zip` of records in JSON. The error says what is
/// wrong, and where: a database is read whole or not at all.
pub fn read(fs: &dyn FileSystem, path: &str) -> Result<Advisories, String> {
    compiled(fs, path).map(Advisories::from)
}

/// The same as a table.
pub fn compiled(fs: &dyn FileSystem, path: &str) -> Result<Compiled, String> {
    let told = |why: String| format!("{path}: {why}");
    let records = match fs.kind(path) {
        Some(Kind::Folder) => folder(fs, path)?,
        Some(_) => file(fs, path)?,
        None => return Err(told("there is no such file or folder".to_owned())),
    };
    compile(&records).ok_or_else(|| told("there is no advisory about a distribution of PyPI in it".to_owned()))
}

fn folder(fs: &dyn FileSystem, folder: &str) -> Result<Vec<Record>, String> {
    let options = WalkOptions { no_gitignore: true, within_repositories: true, ..WalkOptions::default() };
    let tree = fs.walk(folder, &options);
    if let Some((at, why)) = tree.refused.first() {
        return Err(format!("{at}: {why}"));
    }
    let is_shown = |file: &&String| {
        path::below(file, folder).is_some_and(|below| !below.split('/').any(|part| part.starts_with('.')))
    };
    let is_record =
        |file: &&String| ["json", "yaml", "yml"].iter().any(|extension| path::has_extension(file, extension));
    let files: Vec<&String> = tree.files.iter().filter(is_shown).filter(is_record).collect();
    files.into_par_iter().map(|file| one(file, &bytes(fs, file, MAX_RECORD)?)).collect()
}

fn file(fs: &dyn FileSystem, path: &str) -> Result<Vec<Record>, String> {
    let bytes = bytes(fs, path, MAX_BYTES)?;
    if bytes.starts_with(b"PK") || path::has_extension(path, "zip") {
        return archive(path, &bytes);
    }
    if path::has_extension(path, "jsonl") {
        return lines(path, &text(path, &bytes)?);
    }
    if ["json", "yaml", "yml"].iter().any(|extension| path::has_extension(path, extension)) {
        return Ok(vec![one(path, &bytes)?]);
    }
    Err(format!("{path}: a database of advisories is a folder of OSV records, a `.jsonl` file, or a `.zip` of them"))
}

/// A file with one record.
fn one(path: &str, bytes: &[u8]) -> Result<Record, String> {
    let text = text(path, bytes)?;
    let record = if path::has_extension(path, "json") { Record::of_json(&text) } else { Record::of_yaml(&text) };
    record.map_err(|why| format!("{path}: this is no OSV record: {why}"))
}

fn lines(path: &str, text: &str) -> Result<Vec<Record>, String> {
    let lines: Vec<(usize, &str)> = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
    let read = |(at, line): (usize, &str)| {
        Record::of_json(line).map_err(|why| format!("{path}: line {} is no OSV record: {why}", at + 1))
    };
    lines.into_par_iter().map(read).collect()
}

/// The records of an archive: every `.json` file in it.
fn archive(path: &str, bytes: &[u8]) -> Result<Vec<Record>, String> {
    let told = |why: &dyn std::fmt::Display| format!("{path}: the archive cannot be read: {why}");
    let archive = rawzip::ZipArchive::from_slice(bytes).map_err(|error| told(&error))?;
    let mut entries = Vec::new();
    let mut listed = archive.entries();
    while let Some(entry) = listed.next_entry().map_err(|error| told(&error))? {
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        if path::has_extension(&name, "json") {
            entries.push((name, entry.compression_method(), entry.wayfinder()));
        }
    }
    let read = |(name, method, place): (String, rawzip::CompressionMethod, _)| {
        let told = |why: &dyn std::fmt::Display| format!("{path}: {name}: {why}");
        let entry = archive.get_entry(place).map_err(|error| told(&error))?;
        let mut bytes = Vec::new();
        let unpacked = match method {
            rawzip::CompressionMethod::STORE => {
                entry.verifying_reader(entry.data()).take(MAX_RECORD).read_to_end(&mut bytes)
            }
            rawzip::CompressionMethod::DEFLATE => {
                let inflated = flate2::bufread::DeflateDecoder::new(entry.data());
                entry.verifying_reader(inflated).take(MAX_RECORD).read_to_end(&mut bytes)
            }
            _ => return Err(told(&"it is packed in a way that is not read")),
        };
        unpacked.map_err(|error| told(&error))?;
        let text = decode::utf8(&bytes).map_err(|problem| told(&problem.message))?;
        Record::of_json(&text).map_err(|why| told(&format_args!("this is no OSV record: {why}")))
    };
    entries.into_par_iter().map(read).collect()
}

fn bytes(fs: &dyn FileSystem, path: &str, limit: u64) -> Result<Vec<u8>, String> {
    fs.read(path, limit).map_err(|error| match error {
        ReadError::Missing => format!("{path}: there is no such file"),
        ReadError::NotAFile => format!("{path}: this is not a file"),
        ReadError::TooLarge { limit } => format!("{path}: the file has more than {limit} bytes"),
        ReadError::Refused(why) => format!("{path}: the file cannot be read: {why}"),
    })
}

fn text(path: &str, bytes: &[u8]) -> Result<String, String> {
    decode::utf8(bytes).map_err(|problem| format!("{path}: {}", problem.message))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::fs::Memory;

    const JSON: &str = r#"{"id": "X-1", "modified": "2026-01-02T00:00:00Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1.0"]}]}"#;
    const YAML: &str =
        "id: X-2\nmodified: 2026-01-03\naffected:\n- package: {ecosystem: PyPI, name: b}\n  versions: [1.0]\n";

    fn zip(files: &[(&str, &str)], packed: bool) -> Vec<u8> {
        let mut output = Vec::new();
        let mut archive = rawzip::ZipArchiveWriter::new(&mut output);
        for (name, text) in files {
            let method = if packed { rawzip::CompressionMethod::DEFLATE } else { rawzip::CompressionMethod::STORE };
            let (mut entry, config) = archive.new_file(name).compression_method(method).start().expect("in memory");
            let descriptor = if packed {
                let mut writer =
                    config.wrap(flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default()));
                writer.write_all(text.as_bytes()).expect("in memory");
                let (encoder, descriptor) = writer.finish().expect("in memory");
                encoder.finish().expect("in memory");
                descriptor
            } else {
                let mut writer = config.wrap(&mut entry);
                writer.write_all(text.as_bytes()).expect("in memory");
                writer.finish().expect("in memory").1
            };
            entry.finish(descriptor).expect("in memory");
        }
        archive.finish().expect("in memory");
        output
    }

    fn database(files: Vec<(&str, Vec<u8>)>, path: &str) -> Result<(String, usize), String> {
        read(&Memory::new(files), path).map(|advisories| (advisories.date().to_owned(), advisories.count()))
    }

    #[test]
    fn reads_every_form() {
        let (json, yaml) = (JSON.as_bytes().to_vec(), YAML.as_bytes().to_vec());
        let folder = vec![
            ("db/a/X-1.json", json.clone()),
            ("db/b/X-2.yaml", yaml.clone()),
            ("db/README.md", b"# A database".to_vec()),
            ("db/.github/workflow.yml", b"on: push".to_vec()),
        ];
        assert_eq!(database(folder, "db"), Ok(("2026-01-03".to_owned(), 2)));
        assert_eq!(database(vec![("one.json", json)], "one.json"), Ok(("2026-01-02".to_owned(), 1)));
        assert_eq!(database(vec![("one.yml", yaml)], "one.yml"), Ok(("2026-01-03".to_owned(), 1)));
        let lines = format!("{JSON}\n\n{JSON}\n").into_bytes();
        assert_eq!(database(vec![("all.jsonl", lines)], "all.jsonl"), Ok(("2026-01-02".to_owned(), 1)));
        for packed in [false, true] {
            let all = zip(&[("X-1.json", JSON), ("deep/X-1.json", JSON), ("notes.txt", "x")], packed);
            assert_eq!(database(vec![("all.zip", all)], "all.zip"), Ok(("2026-01-02".to_owned(), 1)));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let mut broken = zip(&[("X-1.json", JSON)], true);
        let middle = broken.len() / 3;
        broken[middle] ^= 0xff;
        let empty = zip(&[("notes.txt", "x")], true);
        let npm = JSON.replace("PyPI", "npm").into_bytes();
        let cases: Vec<(&str, Vec<u8>, &str)> = vec![
            ("absent", Vec::new(), "absent: there is no such file or folder"),
            ("db/a.json", b"{}".to_vec(), "db/a.json: this is no OSV record: missing field `id`"),
            ("db/a.yaml", b"on: push".to_vec(), "db/a.yaml: this is no OSV record: missing field `id`"),
            ("a.json", b"\xff".to_vec(), "a.json: "),
            (
                "all.jsonl",
                [JSON.as_bytes(), b"\n\nx\n"].concat(),
                "all.jsonl: line 3 is no OSV record: it has no fields",
            ),
            ("all.jsonl", Vec::new(), "all.jsonl: there is no advisory about a distribution of PyPI in it"),
            ("all.jsonl", npm, "all.jsonl: there is no advisory about a distribution of PyPI in it"),
            ("all.zip", b"no archive".to_vec(), "all.zip: the archive cannot be read: "),
            ("all.zip", broken, "all.zip: "),
            ("all.zip", empty, "all.zip: there is no advisory about a distribution of PyPI in it"),
            ("all.zip", zip(&[("a.json", "[]")], false), "all.zip: a.json: this is no OSV record: "),
            ("all.db", b"SQLite format 3".to_vec(), "all.db: a database of advisories is a folder"),
        ];
        for (path, bytes, expected) in cases {
            let asked = if path.starts_with("db/") { "db" } else { path };
            let files = if path == "absent" { vec![("else", bytes)] } else { vec![(path, bytes)] };
            let error = database(files, asked).expect_err(path);
            assert!(error.starts_with(expected), "{error}");
        }
        // Wherever an archive is cut off, there is an error and no panic.
        let whole = zip(&[("X-1.json", JSON)], true);
        for length in 0..whole.len() {
            assert!(database(vec![("all.zip", whole[..length].to_vec())], "all.zip").is_err(), "{length}");
        }
    }
}
