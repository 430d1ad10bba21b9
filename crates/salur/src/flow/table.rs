//! Plain tables, and figures the way each language writes them.

use salur_core::Lang;

/// The words in one of the two languages.
pub(super) fn say<T>(lang: Lang, id: T, en: T) -> T {
    match lang {
        Lang::Id => id,
        Lang::En => en,
    }
}

/// A plain table: a heading, then rows. Columns whose heading begins with `>` stand to the right.
pub(super) struct Table {
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(heading: &[&str]) -> Table {
        let right = heading.iter().map(|name| name.starts_with('>')).collect();
        let names = heading.iter().map(|name| name.trim_start_matches('>').to_owned()).collect();
        Table { right, rows: vec![names] }
    }

    /// Control characters are made harmless: the text may come from anybody.
    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        let harmless = |cell: String| -> String {
            cell.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
        };
        self.rows.push(cells.map(harmless).into());
    }

    pub(super) fn text(&self) -> String {
        let widths: Vec<usize> = (0..self.right.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            if row.iter().all(String::is_empty) {
                continue;
            }
            let mut line = String::new();
            for ((cell, width), right) in row.iter().zip(&widths).zip(&self.right) {
                let space = " ".repeat(width - cell.chars().count());
                let (before, after) = if *right { (space.as_str(), "") } else { ("", space.as_str()) };
                line.extend([before, cell, after, "  "]);
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

/// A number with as many digits after the point, or the comma.
pub(super) fn decimal(value: f64, digits: usize, lang: Lang) -> String {
    let text = format!("{value:.digits$}");
    if lang == Lang::Id { text.replace('.', ",") } else { text }
}

/// A span of time in the largest unit of which there is one.
pub(super) fn span(seconds: f64, lang: Lang) -> String {
    let (size, id, en) = match seconds {
        _ if seconds >= 86_400.0 => (86_400.0, "hari", "d"),
        _ if seconds >= 3_600.0 => (3_600.0, "jam", "h"),
        _ if seconds >= 60.0 => (60.0, "mnt", "min"),
        _ => (1.0, "dtk", "s"),
    };
    format!("{} {}", decimal(seconds / size, 1, lang), say(lang, id, en))
}

/// Days, without a unit.
pub(super) fn days(days: f64, lang: Lang) -> String {
    decimal(days, 1, lang)
}

/// A share in per cent.
pub(super) fn share(share: f64, lang: Lang) -> String {
    decimal(share * 100.0, 1, lang) + " %"
}
