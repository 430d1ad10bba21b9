//! Looks into an archive before a spreadsheet library does: counts what it really unpacks to, entry by entry,
//! keeping nothing. Sizes that an archive declares are not believed.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::limits::Limits;
use crate::refusal::{FileRefusal, RefusalCode};

/// An archive small enough not to be judged by its ratio.
const SMALL: u64 = 4 * 1024 * 1024;

/// What an archive holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Archive {
    /// A workbook of today.
    Xlsx,
    /// An open document.
    Ods,
}

/// Tells what the archive is, or why it is not read.
pub(crate) fn check(bytes: &[u8], limits: &Limits) -> Result<Archive, FileRefusal> {
    let entries = declared_entries(bytes).ok_or_else(|| FileRefusal::new(RefusalCode::Truncated))?;
    if entries > limits.entries {
        return Err(RefusalCode::UnpacksTooLarge.into());
    }
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileRefusal::new(RefusalCode::Truncated))?;
    if archive.len() > limits.entries {
        return Err(RefusalCode::UnpacksTooLarge.into());
    }
    let mut unpacked = 0;
    let mut names = Vec::with_capacity(archive.len());
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|error| refused(&error))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        count(entry, &name, &mut unpacked, limits)?;
        names.push(name);
    }
    let packed = u64::try_from(bytes.len()).unwrap_or(u64::MAX).max(1);
    if unpacked > SMALL && unpacked / packed > limits.ratio {
        return Err(RefusalCode::UnpacksTooLarge.into());
    }
    kind(&names)
}

/// Reads an entry through, and looks for what a table has no need of.
fn count<R: Read>(
    mut entry: ZipFile<'_, R>,
    name: &str,
    unpacked: &mut u64,
    limits: &Limits,
) -> Result<(), FileRefusal> {
    let is_xml = has_ending(name, &["xml", "rels"]);
    let mut buffer = vec![0; 64 * 1024];
    let mut tail = Vec::new();
    loop {
        let read = entry
            .read(&mut buffer)
            .map_err(|_| FileRefusal::new(RefusalCode::Truncated))?;
        if read == 0 {
            return Ok(());
        }
        *unpacked = unpacked.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if *unpacked > limits.unpacked_bytes {
            return Err(RefusalCode::UnpacksTooLarge.into());
        }
        if is_xml {
            tail.extend_from_slice(buffer.get(..read).unwrap_or_default());
            look(name, &tail)?;
            let kept = tail.len().saturating_sub(32);
            tail.drain(..kept);
        }
    }
}

fn look(name: &str, xml: &[u8]) -> Result<(), FileRefusal> {
    if contains(xml, b"<!DOCTYPE") || contains(xml, b"<!ENTITY") {
        return Err(FileRefusal::new(RefusalCode::UnsafeContent).with("kind", "DTD"));
    }
    if name == "META-INF/manifest.xml" && contains(xml, b"encryption-data") {
        return Err(RefusalCode::Encrypted.into());
    }
    Ok(())
}

fn kind(names: &[String]) -> Result<Archive, FileRefusal> {
    let not = |kind: &str| FileRefusal::new(RefusalCode::NotATable).with("kind", kind);
    let has = |start: &str| names.iter().any(|name| name.starts_with(start));
    if has("xl/workbook.bin") {
        return Err(not("XLSB"));
    }
    if has("xl/") {
        return Ok(Archive::Xlsx);
    }
    if has("content.xml") {
        return Ok(Archive::Ods);
    }
    Err(not(if has("word/") {
        "DOCX"
    } else if has("ppt/") {
        "PPTX"
    } else {
        "ZIP"
    }))
}

/// How many entries the end of the archive declares; nothing where the end is missing.
fn declared_entries(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(22 + 65_535);
    let end = bytes.get(from..)?;
    let at = end.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let count: [u8; 2] = end
        .get(at.checked_add(10)?..at.checked_add(12)?)?
        .try_into()
        .ok()?;
    Some(usize::from(u16::from_le_bytes(count)))
}

fn refused(error: &ZipError) -> FileRefusal {
    let is_locked = matches!(error, ZipError::UnsupportedArchive(why) if why.to_string().to_lowercase().contains("password"));
    FileRefusal::new(if is_locked {
        RefusalCode::Encrypted
    } else {
        RefusalCode::Truncated
    })
}

/// True for an office file locked with a password: its container's directory names an encrypted package.
pub(crate) fn is_locked_container(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    contains(bytes, &name)
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, own)| endings.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else {
        return true;
    };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        let Some(here) = rest.get(at..) else {
            return false;
        };
        if here.starts_with(wanted) {
            return true;
        }
        rest = here.get(1..).unwrap_or_default();
    }
    false
}
