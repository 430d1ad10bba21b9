//! Text in a picture: how wide it is, where it breaks, how it is escaped.

use std::fmt::{Arguments, Write as _};

/// Adds a line. Writing to a string never fails.
pub(crate) fn line(out: &mut String, what: Arguments<'_>) {
    put(out, what);
    out.push('\n');
}

/// Adds something without a line's end.
pub(crate) fn put(out: &mut String, what: Arguments<'_>) {
    let _ = out.write_fmt(what);
}

/// Width of a text in pixels, guessed from its letters: nobody here has the reader's font. A little too wide rather
/// than too narrow, so that nothing touches.
pub(crate) fn width(text: &str, size: i32) -> i32 {
    let thousandths: i32 = text.chars().map(letter).sum();
    (thousandths * size + 999) / 1000
}

fn letter(letter: char) -> i32 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 290,
        'f' | 'r' | 't' | ' ' | '(' | ')' | '[' | ']' | '-' | '/' | '"' => 370,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 900,
        'A'..='Z' | '&' => 710,
        'a'..='z' | '0'..='9' => 590,
        // Other scripts: a full square is safe.
        letter if u32::from(letter) > 0x2e80 => 1050,
        _ => 620,
    }
}

/// Breaks a text into lines of at most this width; a longer word is broken too.
pub(crate) fn wrap(text: &str, size: i32, most: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace().flat_map(|word| pieces(word, size, most)) {
        let longer = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
        if width(&longer, size) <= most || line.is_empty() {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The parts of a word that is too long, broken after a stroke or a hyphen if that helps.
fn pieces(word: &str, size: i32, most: i32) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for letter in word.chars() {
        piece.push(letter);
        if width(&piece, size) > most && piece.chars().nth(1).is_some() {
            piece.pop();
            let rest = piece.rfind(['/', '-']).map(|at| piece.split_off(at + 1)).unwrap_or_default();
            pieces.push(std::mem::replace(&mut piece, rest));
            piece.push(letter);
        }
    }
    pieces.push(piece);
    pieces
}

/// The narrowest width at which a text takes at most two lines.
pub(crate) fn width_in_two(text: &str, size: i32) -> i32 {
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..=words.len())
        .map(|cut| {
            let (first, second) = words.split_at(cut);
            width(&first.join(" "), size).max(width(&second.join(" "), size))
        })
        .min()
        .unwrap_or(0)
}

/// A text as the content or an attribute of XML. What XML cannot hold at all is left out.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            '\t' | '\r' => out.push(' '),
            letter if u32::from(letter) < 0x20 || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_breaks_between_words_and_within_a_word_that_is_too_long() {
        assert_eq!(wrap("Kembalikan untuk diperbaiki", 12, 110), ["Kembalikan untuk", "diperbaiki"]);
        let lines = wrap(&"x".repeat(100), 12, 60);
        assert!(lines.len() > 9 && lines.iter().all(|line| width(line, 12) <= 60));
        assert!(wrap("", 12, 60).is_empty());
        assert_eq!(wrap("xx", 12, 1), ["x", "x"]);
        assert_eq!(wrap("ke kabupaten/kota", 12, 75), ["ke", "kabupaten/", "kota"]);
    }

    #[test]
    fn what_xml_cannot_hold_is_escaped_or_left_out() {
        assert_eq!(escape("<a b=\"c\">&'\u{0}\u{1b}"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
    }
}
