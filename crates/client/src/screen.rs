//! What a person or a program sees: lines and plain tables, without colours.

use std::io::{self, BufRead, Write};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use salur_core::{Lang, Rupiah};

use crate::error::ClientError;

/// The sentence in one of the two languages: `say!(lang, "{n} berkas", "{n} requests")`.
macro_rules! say {
    ($lang:expr, $id:literal, $en:literal) => {
        match $lang {
            salur_core::Lang::Id => format!($id),
            salur_core::Lang::En => format!($en),
        }
    };
}
pub(crate) use say;

/// Where output goes and answers come from.
pub struct Screen<'a> {
    /// What was asked for.
    pub out: &'a mut dyn Write,
    /// Notes and warnings.
    pub notes: &'a mut dyn Write,
    /// Answers to questions.
    pub answers: &'a mut dyn BufRead,
    /// The width to wrap tables at; none where the output is no terminal.
    pub width: Option<u16>,
    /// True to draw progress bars (they are drawn on the error output).
    pub progress: bool,
    /// The zone in which instants are shown.
    pub zone: TimeZone,
}

impl Screen<'_> {
    /// Writes one line. Control characters in it are made harmless: the text may come from anybody.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), ClientError> {
        writeln!(self.out, "{}", harmless(text)).map_err(ClientError::Output)
    }

    /// Writes a line beside the output.
    pub(crate) fn note(&mut self, text: &str) -> Result<(), ClientError> {
        writeln!(self.notes, "{}", harmless(text)).map_err(ClientError::Output)
    }

    /// Writes what the server sent, byte for byte, and ends the line.
    pub(crate) fn raw(&mut self, body: &[u8]) -> Result<(), ClientError> {
        let end: &[u8] = if body.ends_with(b"\n") || body.is_empty() { b"" } else { b"\n" };
        self.out.write_all(body).and_then(|()| self.out.write_all(end)).map_err(ClientError::Output)
    }

    /// Writes a table.
    pub(crate) fn table(&mut self, grid: &Grid) -> Result<(), ClientError> {
        let table = grid.drawn(self.width);
        self.line(&table)
    }

    /// True if the person says yes; silence is no.
    pub(crate) fn agrees(&mut self, question: &str) -> Result<bool, ClientError> {
        write!(self.out, "{} ", harmless(question)).map_err(ClientError::Output)?;
        self.out.flush().map_err(ClientError::Output)?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(ClientError::Output)?;
        if !answer.ends_with('\n') {
            self.line("")?;
        }
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "ya" | "yes"))
    }

    /// An instant as a local date and time with its zone, since the office may be in another; any other text as it is.
    pub(crate) fn instant(&self, text: &str) -> String {
        let Ok(instant) = text.parse::<Timestamp>() else {
            return text.to_owned();
        };
        instant.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
    }
}

/// A plain table: headings, a rule, rows.
pub(crate) struct Grid {
    table: Table,
    /// The longest word of each column, which is never broken: an id in pieces cannot be copied.
    words: Vec<usize>,
}

impl Grid {
    /// A table with these headings; those that begin with `>` stand to the right.
    pub(crate) fn new(headings: &[&str]) -> Grid {
        let mut table = Table::new();
        table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('-').junction('-')));
        table.set_header(headings.iter().map(|heading| heading.trim_start_matches('>')));
        for (place, (column, heading)) in table.column_iter_mut().zip(headings).enumerate() {
            column.set_padding((0, u16::from(place + 1 < headings.len())));
            if heading.starts_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let words = headings.iter().map(|heading| longest_word(heading)).collect();
        Grid { table, words }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        for (longest, cell) in self.words.iter_mut().zip(&cells) {
            *longest = (*longest).max(longest_word(cell));
        }
        self.table.add_row(cells.map(|cell| harmless(&cell)));
    }

    fn drawn(&self, width: Option<u16>) -> String {
        let mut table = self.table.clone();
        if let Some(width) = width {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
            for (column, longest) in table.column_iter_mut().zip(&self.words) {
                let least = u16::try_from(*longest).unwrap_or(width).saturating_add(column.padding_width());
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
            }
        }
        table.trim_fmt()
    }
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or_default()
}

/// Money for people, or a dash.
pub(crate) fn money(amount: Option<i64>) -> String {
    amount.map_or_else(|| "-".to_owned(), |amount| Rupiah(amount).to_string())
}

/// A count with its thousands set apart as the language does, or a dash.
pub(crate) fn count(lang: Lang, number: Option<u64>) -> String {
    let Some(number) = number else {
        return "-".to_owned();
    };
    let digits = number.to_string();
    let mark = if lang == Lang::Id { '.' } else { ',' };
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

/// The first few words of a long list.
pub(crate) fn first_few(words: &[String], most: usize) -> String {
    let shown = words.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if words.len() > most { format!("{shown}, ..") } else { shown }
}

/// The text without control characters, which could steer the terminal; line breaks stay.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// The screen of this process, for as long as `use_it` runs.
pub(crate) fn of_process<T>(json: bool, use_it: impl FnOnce(&mut Screen<'_>) -> T) -> T {
    use std::io::IsTerminal as _;
    let (stdout, stderr, stdin) = (io::stdout(), io::stderr(), io::stdin());
    let width = stdout
        .is_terminal()
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(terminal_size::Width(width), _)| width);
    let progress = !json && stderr.is_terminal();
    use_it(&mut Screen {
        out: &mut stdout.lock(),
        notes: &mut io::stderr(),
        answers: &mut stdin.lock(),
        width,
        progress,
        zone: TimeZone::system(),
    })
}

#[cfg(test)]
mod tests {
    use salur_core::Lang;

    use super::{Grid, count, harmless, money};

    #[test]
    fn a_table_is_plain_text() {
        let mut grid = Grid::new(&["kode", ">jumlah"]);
        grid.row(["lks".to_owned(), "7".to_owned()]);
        grid.row(["disaster".to_owned(), "1.234".to_owned()]);
        let text = "kode      jumlah\n----------------\nlks            7\ndisaster   1.234";
        assert_eq!(grid.drawn(None), text);
    }

    #[test]
    fn a_narrow_terminal_breaks_between_words_only() {
        let mut grid = Grid::new(&["id", "sebab"]);
        grid.row([
            "0193a5b0-0000-7000-8000-000000000000".to_owned(),
            "menunggu pejabat yang cuti".to_owned(),
        ]);
        let drawn = grid.drawn(Some(50));
        assert!(drawn.contains("0193a5b0-0000-7000-8000-000000000000  menunggu"), "{drawn}");
        assert!(drawn.lines().all(|line| line.len() <= 50), "{drawn}");
    }

    #[test]
    fn texts_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\nc");
    }

    #[test]
    fn figures_read_as_the_office_writes_them() {
        assert_eq!(money(Some(1_872_000_000)), "Rp1.872.000.000");
        assert_eq!(money(None), "-");
        assert_eq!(count(Lang::Id, Some(17_000)), "17.000");
        assert_eq!(count(Lang::En, Some(999)), "999");
    }
}
