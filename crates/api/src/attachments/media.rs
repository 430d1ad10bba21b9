//! Tells PDF, JPEG and PNG by their bytes, as far as whoever opens them relies on; anything else is not attached.

use std::fmt;

/// How much of a file's beginning is searched for what a browser would take for a page.
const HEAD: usize = 4 * 1024;
/// How much of a PDF's end is searched for its last word.
const TAIL: usize = 2 * 1024;
/// How much may follow a JPEG's last marker: telephones add a little.
const JPEG_TRAILER: usize = 64;

/// What may be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    Pdf,
    Jpeg,
    Png,
}

/// Why a file may not be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Nothing in it.
    Empty,
    /// None of these kinds.
    Unknown,
    /// Of a kind, and not to its end.
    Truncated,
    /// Of a kind, and something else besides.
    Unsafe,
}

impl Media {
    pub(super) const ALL: [Media; 3] = [Media::Pdf, Media::Jpeg, Media::Png];

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Media::Pdf => "application/pdf",
            Media::Jpeg => "image/jpeg",
            Media::Png => "image/png",
        }
    }

    pub(super) fn ending(self) -> &'static str {
        match self {
            Media::Pdf => "pdf",
            Media::Jpeg => "jpg",
            Media::Png => "png",
        }
    }

    /// What a file is.
    pub(super) fn of(bytes: &[u8]) -> Result<Media, Unfit> {
        if bytes.is_empty() {
            return Err(Unfit::Empty);
        }
        let (media, is_whole) = if bytes.starts_with(b"%PDF-") {
            (Media::Pdf, is_whole_pdf(bytes))
        } else if bytes.starts_with(b"\xFF\xD8\xFF") {
            (Media::Jpeg, is_whole_jpeg(bytes))
        } else if bytes.starts_with(PNG) {
            (Media::Png, is_whole_png(bytes))
        } else {
            return Err(Unfit::Unknown);
        };
        if is_page(bytes) {
            return Err(Unfit::Unsafe);
        }
        if is_whole { Ok(media) } else { Err(Unfit::Truncated) }
    }
}

impl fmt::Display for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Media::Pdf => "PDF",
            Media::Jpeg => "JPEG",
            Media::Png => "PNG",
        })
    }
}

/// True where a browser might take the file for a page or a program after all.
fn is_page(bytes: &[u8]) -> bool {
    const SIGNS: [&[u8]; 8] =
        [b"<html", b"<script", b"<!doctype", b"<svg", b"<iframe", b"<body", b"javascript:", b"<?php"];
    let head = bytes.get(..HEAD).unwrap_or(bytes).to_ascii_lowercase();
    SIGNS.iter().any(|sign| contains(&head, sign))
}

/// A version, an object, and the end that readers look for first.
fn is_whole_pdf(bytes: &[u8]) -> bool {
    let version = bytes.get(5..8);
    let is_versioned = matches!(version, Some([b'1' | b'2', b'.', digit]) if digit.is_ascii_digit());
    let tail = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or(bytes);
    is_versioned && contains(bytes, b" obj") && contains(tail, b"startxref") && contains(tail, b"%%EOF")
}

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";

/// A header with a size, some picture, and the end, each chunk as long as it says.
fn is_whole_png(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(PNG.len()..).unwrap_or_default();
    let mut is_first = true;
    let mut has_picture = false;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Ok(length) = usize::try_from(u32::from_be_bytes(*length)) else { return false };
        let Some((kind, after)) = after.split_first_chunk::<4>() else { return false };
        let (Some(content), Some(after)) =
            (after.get(..length), length.checked_add(4).and_then(|end| after.get(end..)))
        else {
            return false;
        };
        match kind {
            b"IHDR" if is_first => {
                let has_size = content.len() == 13
                    && content.get(..4).is_some_and(|width| width != [0; 4])
                    && content.get(4..8).is_some_and(|height| height != [0; 4]);
                if !has_size {
                    return false;
                }
            }
            b"IDAT" => has_picture |= !content.is_empty(),
            b"IEND" => return has_picture && after.is_empty(),
            _ if is_first => return false,
            _ => {}
        }
        is_first = false;
        rest = after;
    }
    false
}

/// Segments as long as they say, a frame before the scan, and the end.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    let mut has_frame = false;
    loop {
        let Some(([0xFF, marker], after)) = rest.split_first_chunk::<2>() else { return false };
        match marker {
            // A byte of filling before a marker.
            0xFF => rest = rest.get(1..).unwrap_or_default(),
            0xDA => break,
            0x01 | 0xD0..=0xD9 => return false,
            marker => {
                has_frame |= matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
                let Some((length, _)) = after.split_first_chunk::<2>() else { return false };
                let length = usize::from(u16::from_be_bytes(*length));
                let Some(next) = after.get(length..).filter(|_| length >= 2) else { return false };
                rest = next;
            }
        }
    }
    let tail = bytes.get(bytes.len().saturating_sub(JPEG_TRAILER)..).unwrap_or(bytes);
    has_frame && contains(tail, b"\xFF\xD9")
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
pub(crate) mod samples {
    //! The smallest files of each kind.

    pub(crate) const PDF: &[u8] =
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n";

    pub(crate) fn png() -> Vec<u8> {
        let chunk = |kind: &[u8; 4], content: &[u8]| {
            let length = u32::try_from(content.len()).unwrap().to_be_bytes();
            [&length[..], kind, content, b"CRC."].concat()
        };
        let header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];
        [super::PNG, &chunk(b"IHDR", &header), &chunk(b"IDAT", b"x"), &chunk(b"IEND", b"")].concat()
    }

    pub(crate) fn jpeg() -> Vec<u8> {
        let app0 = b"\xFF\xE0\x00\x07JFIF\0";
        let frame = b"\xFF\xC0\x00\x0B\x08\x00\x01\x00\x01\x01\x01\x11\x00";
        let scan = b"\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00\x7F";
        [&b"\xFF\xD8"[..], app0, frame, scan, b"\xFF\xD9"].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::{Media, Unfit, samples};

    #[test]
    fn a_file_is_what_its_bytes_say_to_their_end() {
        for (bytes, media) in [
            (samples::PDF.to_vec(), Media::Pdf),
            (samples::png(), Media::Png),
            (samples::jpeg(), Media::Jpeg),
        ] {
            assert_eq!(Media::of(&bytes), Ok(media));
            for end in 1..bytes.len() - 1 {
                let cut = Media::of(&bytes[..end]);
                let is_refused = matches!(cut, Err(Unfit::Truncated | Unfit::Unknown));
                assert!(
                    is_refused || media == Media::Pdf && bytes[..end].ends_with(b"%%EOF"),
                    "{media} cut at {end}"
                );
            }
        }
    }

    #[test]
    fn what_is_something_else_besides_is_refused() {
        let page = |kind: &[u8], end: &[u8]| [kind, b"<ScRiPt>alert(1)</script>", end].concat();
        assert_eq!(Media::of(&page(b"%PDF-1.7\n", samples::PDF)), Err(Unfit::Unsafe));
        assert_eq!(Media::of(&page(b"\xFF\xD8\xFF\xFE", b"\xFF\xD9")), Err(Unfit::Unsafe));
        assert_eq!(Media::of(&[b"<html>", samples::PDF].concat()), Err(Unfit::Unknown));
        assert_eq!(Media::of(b"PK\x03\x04"), Err(Unfit::Unknown));
        assert_eq!(Media::of(b""), Err(Unfit::Empty));
        let trailed = [samples::png(), b"MZ".to_vec()].concat();
        assert_eq!(Media::of(&trailed), Err(Unfit::Truncated));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), start in 0..3_usize) {
            let starts: [&[u8]; 3] = [b"%PDF-1.4", b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n"];
            let _ = Media::of(&[starts[start], &bytes].concat());
        }
    }
}
