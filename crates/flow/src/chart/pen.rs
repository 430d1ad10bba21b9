//! Writes SVG: elements with a class for the stylesheet, and the same colours as attributes for where there is none.

use std::fmt::{self, Write as _};

use super::words::say;
use super::{CSS, Chart, Look, Setting, Table};
use crate::xml::escape;

/// The width of every chart. At 360 px it stands nearly as drawn.
pub(super) const WIDTH: f64 = 400.0;
/// The size of text that is read, and of marks beside axes.
pub(super) const TEXT: f64 = 13.0;
pub(super) const SMALL: f64 = 12.0;
const FONT: &str = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif";

/// A coordinate: one digit after the point is enough for any screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct At(pub(super) f64);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Adding 0 makes -0 plain.
        let value = if self.0.is_finite() { (self.0 * 10.0).round() / 10.0 + 0.0 } else { 0.0 };
        value.fmt(f)
    }
}

/// How wide a text will be, on the safe side for the fonts that are there.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let of = |letter: char| match letter {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | ' ' | '.' | ',' | ':' | '\'' | '(' | ')' | '|' => 0.36,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' | '→' => 0.98,
        letter if letter.is_ascii_uppercase() => 0.72,
        letter if letter.is_ascii() => 0.59,
        _ => 1.0,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// A text cut to a width, with dots where it was cut.
pub(super) fn fit(text: &str, room: f64, size: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short: String = text.to_owned();
    while short.pop().is_some() {
        let cut = format!("{}…", short.trim_end());
        if width(&cut, size) <= room {
            return cut;
        }
    }
    String::new()
}

/// A text in lines no wider than this.
pub(super) fn wrap(text: &str, room: f64, size: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(fit(word, room, size)),
        }
    }
    lines
}

/// Where a text is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    Start,
    Middle,
    End,
}

/// The classes of the stylesheet, each with its colours on white.
fn attributes(class: &str) -> &'static str {
    match class {
        "c-text" => "fill=\"#17212b\" font-size=\"13\"",
        "c-small" => "fill=\"#17212b\" font-size=\"12\"",
        "c-soft" => "fill=\"#4b5a68\" font-size=\"12\"",
        "c-bold" => "fill=\"#17212b\" font-size=\"13\" font-weight=\"600\"",
        "c-light" => "fill=\"#ffffff\" font-size=\"12\"",
        "c-dark" => "fill=\"#10171d\" font-size=\"12\"",
        "c-title" => "fill=\"#17212b\" font-size=\"15\" font-weight=\"600\"",
        "c-paper" => "fill=\"#ffffff\"",
        "c-grid" => "fill=\"none\" stroke=\"#d3dae1\"",
        "c-base" => "fill=\"none\" stroke=\"#8695a3\"",
        "c-shade" => "fill=\"#e9edf1\"",
        "c-mark" | "c-head" | "c-1" | "c-h4" => "fill=\"#0b4f6c\"",
        "c-dots" => "fill=\"none\" stroke=\"#0b4f6c\" stroke-linecap=\"round\"",
        "c-line" => "fill=\"none\" stroke=\"#0b4f6c\" stroke-width=\"2\"",
        "c-p50" => "fill=\"none\" stroke=\"#4b5a68\" stroke-width=\"1.5\" stroke-dasharray=\"2 3\"",
        "c-p85" => "fill=\"none\" stroke=\"#7a4a00\" stroke-width=\"1.5\" stroke-dasharray=\"7 3\"",
        "c-p95" => "fill=\"none\" stroke=\"#a61b1b\" stroke-width=\"1.5\"",
        "c-goal" => "fill=\"none\" stroke=\"#17212b\" stroke-width=\"2.5\"",
        "c-back" => "fill=\"none\" stroke=\"#7a4a00\" stroke-dasharray=\"6 3\"",
        "c-edge" => "fill=\"none\" stroke=\"#0b4f6c\" stroke-opacity=\"0.75\"",
        "c-backhead" => "fill=\"#7a4a00\"",
        "c-box" => "fill=\"#f4f6f8\" stroke=\"#8695a3\"",
        "c-track" => "fill=\"#e9edf1\" stroke=\"#8695a3\"",
        "c-2" => "fill=\"#8fc1d6\"",
        "c-3" => "fill=\"#256e54\"",
        "c-4" => "fill=\"#b9d9a8\"",
        "c-5" => "fill=\"#80641a\"",
        "c-6" => "fill=\"#e6c87a\"",
        "c-7" => "fill=\"#84436a\"",
        "c-8" => "fill=\"#dcb0c8\"",
        "c-h0" => "fill=\"#ffffff\" stroke=\"#d3dae1\"",
        "c-h1" | "c-cone3" => "fill=\"#e2f0f7\"",
        "c-h2" | "c-cone2" => "fill=\"#b5d8e8\"",
        "c-h3" | "c-cone1" => "fill=\"#6fb1cd\"",
        _ => "",
    }
}

/// Collects the elements of one chart.
#[derive(Debug, Default)]
pub(super) struct Pen {
    out: String,
    /// True once something leads elsewhere.
    linked: bool,
}

impl Pen {
    /// Writing to a string cannot fail.
    pub(super) fn put(&mut self, words: fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(words);
    }

    /// What another pen has drawn.
    pub(super) fn put_all(&mut self, other: &Pen) {
        self.out += &other.out;
        self.linked |= other.linked;
    }

    pub(super) fn text(&mut self, (x, y): (f64, f64), hold: Hold, class: &str, words: &str) {
        let anchor = match hold {
            Hold::Start => "",
            Hold::Middle => " text-anchor=\"middle\"",
            Hold::End => " text-anchor=\"end\"",
        };
        let (look, words) = (attributes(class), escape(words));
        self.put(format_args!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\"{anchor} {look}>{words}</text>\n",
            At(x),
            At(y)
        ));
    }

    pub(super) fn rect(&mut self, (x, y): (f64, f64), (w, h): (f64, f64), class: &str) {
        self.put(format_args!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}/>\n",
            At(x),
            At(y),
            At(w.max(0.0)),
            At(h.max(0.0)),
            attributes(class)
        ));
    }

    pub(super) fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), class: &str) {
        self.path(&format!("M{} {}L{} {}", At(x1), At(y1), At(x2), At(y2)), class);
    }

    pub(super) fn path(&mut self, way: &str, class: &str) {
        self.put(format_args!("<path class=\"{class}\" d=\"{way}\" {}/>\n", attributes(class)));
    }

    /// A path of its own width.
    pub(super) fn wide(&mut self, way: &str, width: f64, class: &str) {
        let look = attributes(class);
        self.put(format_args!(
            "<path class=\"{class}\" d=\"{way}\" {look} stroke-width=\"{}\"/>\n",
            At(width)
        ));
    }

    /// A dot that says what it is, and leads there.
    pub(super) fn dot(&mut self, (x, y): (f64, f64), said: &str, href: Option<&str>) {
        if let Some(href) = href {
            self.linked = true;
            self.put(format_args!("<a href=\"{}\" aria-label=\"{}\">", escape(href), escape(said)));
        }
        let look = attributes("c-mark");
        let (x, y, said) = (At(x), At(y), escape(said));
        self.put(format_args!(
            "<circle class=\"c-mark\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\" {look}><title>{said}</title></circle>"
        ));
        self.put(format_args!("{}\n", if href.is_some() { "</a>" } else { "" }));
    }
}

/// Points as a path of straight lines.
pub(super) fn way(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut text = String::new();
    for (x, y) in points {
        let sign = if text.is_empty() { 'M' } else { 'L' };
        let _ = write!(text, "{sign}{} {}", At(x), At(y));
    }
    text
}

/// What a chart is made of.
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) reading: String,
    pub(super) table: Table,
    pub(super) pen: Pen,
    pub(super) height: f64,
}

impl Sheet {
    /// Puts it together. A file has its title and reading above the picture, in the room above 0.
    pub(super) fn chart(self, look: Look) -> Chart {
        let Sheet { title, reading, table, pen, height } = self;
        let mut head = Pen::default();
        let mut above = 0.0;
        if look.setting == Setting::File {
            let titles = wrap(&title, WIDTH - 16.0, 15.0);
            let readings = wrap(&reading, WIDTH - 16.0, TEXT);
            let lines = titles.iter().map(|line| (line, "c-title", 20.0));
            let lines: Vec<_> = lines.chain(readings.iter().map(|line| (line, "c-text", 17.0))).collect();
            above = lines.iter().map(|(.., high)| high).sum::<f64>() + 16.0;
            head.rect((0.0, -above), (WIDTH, height + above), "c-paper");
            let mut y = 4.0 - above;
            for (line, class, high) in lines {
                y += high;
                head.text((8.0, y), Hold::Start, class, line);
            }
        }
        let full = At(height + above);
        let (said, told) = (escape(&title), escape(&reading));
        // What is inside of an image is hidden from those who cannot see, links too: with links it is a group.
        let role = if pen.linked {
            format!("role=\"group\" aria-label=\"{said}\"")
        } else {
            "role=\"img\"".to_owned()
        };
        let mut svg = Pen::default();
        svg.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 {} {WIDTH} {full}\" \
             width=\"{WIDTH}\" height=\"{full}\" {role} lang=\"{}\" font-family=\"{FONT}\">\n",
            At(-above),
            say(look.lang, "id", "en"),
        ));
        svg.put(format_args!("<title>{said}</title>\n<desc>{told}</desc>\n"));
        if look.setting == Setting::File {
            svg.put(format_args!("<style>\n{}</style>\n", escape(CSS)));
        }
        svg.put(format_args!("{}{}</svg>\n", head.out, pen.out));
        Chart { title, reading, svg: svg.out, table }
    }
}

/// A chart of nothing: it says so.
pub(super) fn nothing(title: &str, reading: &str, table: Table, look: Look) -> Chart {
    let mut pen = Pen::default();
    pen.rect((1.0, 1.0), (WIDTH - 2.0, 88.0), "c-box");
    let lines = wrap(reading, WIDTH - 40.0, TEXT);
    for (line, y) in lines.iter().zip([40.0, 58.0, 76.0]) {
        pen.text((WIDTH / 2.0, y), Hold::Middle, "c-text", line);
    }
    let sheet = Sheet { title: title.to_owned(), reading: reading.to_owned(), table, pen, height: 90.0 };
    sheet.chart(look)
}
