//! Whole numbers in words: decrees and receipts carry every amount that way.

use crate::Lang;

/// A number in words: `satu juta lima ratus ribu`, `one million five hundred thousand`.
#[must_use]
pub fn numeral(number: u64, lang: Lang) -> String {
    match (number, lang) {
        (0, Lang::Id) => "nol".into(),
        (0, Lang::En) => "zero".into(),
        (_, Lang::Id) => groups(number, &SCALES_ID, indonesian),
        (_, Lang::En) => groups(number, &SCALES_EN, english),
    }
}

const SCALES_ID: [&str; 7] = ["", "ribu", "juta", "miliar", "triliun", "kuadriliun", "kuintiliun"];
const SCALES_EN: [&str; 7] = ["", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion"];

const ONES_ID: [&str; 12] = [
    "", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
];
const ONES_EN: [&str; 20] = [
    "",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS_EN: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// The thousands of a number, largest first, each with its scale.
fn groups(number: u64, scales: &[&str], below_thousand: fn(u64, &str) -> String) -> String {
    let mut words = Vec::new();
    let (mut rest, mut scales) = (number, scales.iter());
    while rest > 0 {
        let scale = scales.next().copied().unwrap_or_default();
        let group = rest % 1_000;
        if group > 0 {
            words.push(below_thousand(group, scale));
        }
        rest /= 1_000;
    }
    words.reverse();
    words.join(" ")
}

fn named(names: &[&'static str], number: u64) -> &'static str {
    usize::try_from(number).ok().and_then(|place| names.get(place)).copied().unwrap_or_default()
}

/// One thousand is `seribu`, one hundred `seratus`; everything else counts its scale.
fn indonesian(group: u64, scale: &str) -> String {
    if group == 1 && scale == "ribu" {
        return "seribu".into();
    }
    let hundreds = match group / 100 {
        0 => String::new(),
        1 => "seratus".into(),
        some => format!("{} ratus", named(&ONES_ID, some)),
    };
    let rest = match group % 100 {
        some @ 0..12 => named(&ONES_ID, some).to_owned(),
        some @ 12..20 => format!("{} belas", named(&ONES_ID, some % 10)),
        some => format!("{} puluh {}", named(&ONES_ID, some / 10), named(&ONES_ID, some % 10)),
    };
    joined(&[&hundreds, &rest, scale])
}

fn english(group: u64, scale: &str) -> String {
    let hundreds = match group / 100 {
        0 => String::new(),
        some => format!("{} hundred", named(&ONES_EN, some)),
    };
    let rest = match group % 100 {
        some @ 0..20 => named(&ONES_EN, some).to_owned(),
        some if some % 10 == 0 => named(&TENS_EN, some / 10).to_owned(),
        some => format!("{}-{}", named(&TENS_EN, some / 10), named(&ONES_EN, some % 10)),
    };
    joined(&[&hundreds, &rest, scale])
}

fn joined(words: &[&str]) -> String {
    let words = words.iter().flat_map(|words| words.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::numeral;
    use crate::Lang;

    #[test]
    fn amounts_are_written_as_decrees_write_them() {
        for (number, id, en) in [
            (0, "nol", "zero"),
            (11, "sebelas", "eleven"),
            (15, "lima belas", "fifteen"),
            (20, "dua puluh", "twenty"),
            (100, "seratus", "one hundred"),
            (1_000, "seribu", "one thousand"),
            (1_001, "seribu satu", "one thousand one"),
            (21_000, "dua puluh satu ribu", "twenty-one thousand"),
            (101_000, "seratus satu ribu", "one hundred one thousand"),
            (1_500_000, "satu juta lima ratus ribu", "one million five hundred thousand"),
            (
                1_872_000_000,
                "satu miliar delapan ratus tujuh puluh dua juta",
                "one billion eight hundred seventy-two million",
            ),
        ] {
            assert_eq!(numeral(number, Lang::Id), id);
            assert_eq!(numeral(number, Lang::En), en);
        }
    }

    /// Reads words back, so that the writer is not its own witness.
    fn read(words: &str) -> u64 {
        let ones = |word: &str| super::ONES_ID.iter().position(|known| *known == word && !known.is_empty());
        let (mut total, mut group, mut last) = (0, 0, 0);
        for word in words.split(' ') {
            match word {
                "seratus" => group += 100,
                "seribu" => total += 1_000,
                "belas" => last += 10,
                "puluh" => last *= 10,
                "ratus" => last *= 100,
                scale if super::SCALES_ID.contains(&scale) => {
                    let power = super::SCALES_ID.iter().position(|known| *known == scale).unwrap();
                    total += (group + last) * 1_000_u64.pow(u32::try_from(power).unwrap());
                    (group, last) = (0, 0);
                    continue;
                }
                word => {
                    group += last;
                    last = u64::try_from(ones(word).unwrap()).unwrap();
                    continue;
                }
            }
            group += last;
            last = 0;
        }
        total + group + last
    }

    #[test]
    fn words_read_back_as_the_number() {
        let mut number: u64 = 1;
        while number < 1_000_000_000_000_000 {
            assert_eq!(read(&numeral(number, Lang::Id)), number, "{}", numeral(number, Lang::Id));
            number = number * 3 / 2 + 7;
        }
        for number in 1..3_000 {
            assert_eq!(read(&numeral(number, Lang::Id)), number);
        }
    }
}
