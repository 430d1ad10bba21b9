//! Writes rows as an office would save them, and tells which row of the file each became.

use rust_xlsxwriter::{Format, Workbook};

use crate::clean::{Put, Rng};

/// The bytes of a file and the number of each row in it.
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    pub(crate) numbers: Vec<u32>,
}

/// A text file: any delimiter, line end, byte order mark, encoding; titles above the headers at times.
pub(crate) fn text_file(rng: &mut Rng, headers: &[&str], rows: &[Vec<Put>]) -> Written {
    let delimiter = *rng.pick(&[',', ';', '\t', '|']);
    let end = *rng.pick(&["\n", "\r\n"]);
    let mut text = String::new();
    if rng.below(3) == 0 {
        text += &["DAFTAR PENERIMA", end, end].concat();
    }
    let headers: Vec<Put> = headers.iter().map(|header| (*header).into()).collect();
    push(&mut text, &headers, delimiter, end);
    let mut numbers = Vec::new();
    for row in rows {
        if rng.below(50) == 0 {
            text.push_str(end);
        }
        numbers.push(1 + u32::try_from(text.matches('\n').count()).unwrap());
        push(&mut text, row, delimiter, end);
    }
    if rng.below(2) == 0 {
        text += &["JUMLAH", &delimiter.to_string().repeat(headers.len() - 1), end].concat();
    }
    let bytes = match rng.below(4) {
        0 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        1 => text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect(), // Windows-1252
        2 => [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        _ => text.into_bytes(),
    };
    Written { bytes, numbers }
}

fn push(text: &mut String, row: &[Put], delimiter: char, end: &str) {
    for (column, put) in row.iter().enumerate() {
        if column > 0 {
            text.push(delimiter);
        }
        let cell = match put {
            Put::Text(text) => text.clone(),
            Put::Number(number) => number.to_string(),
            Put::Day(day) => day.to_string(),
        };
        if cell.contains([delimiter, '"', '\n']) {
            let doubled = cell.replace('"', "\"\"");
            text.push_str(&["\"", doubled.as_str(), "\""].concat());
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str(end);
}

/// A workbook: a cover sheet, titles above the headers, a total and a signature below the list.
pub(crate) fn workbook(rng: &mut Rng, headers: &[&str], rows: &[Vec<Put>]) -> Written {
    let mut book = Workbook::new();
    if rng.below(2) == 0 {
        book.add_worksheet().set_name("Petunjuk").unwrap().write_string(0, 0, "Isi lembar berikut").unwrap();
    }
    let sheet = book.add_worksheet();
    let top = u32::try_from(rng.below(5)).unwrap();
    if top > 0 {
        sheet.write_string(0, 0, "DAFTAR PENERIMA BANTUAN").unwrap();
    }
    let place = |column: usize| u16::try_from(column).unwrap();
    for (column, header) in headers.iter().enumerate() {
        sheet.write_string(top, place(column), *header).unwrap();
    }
    let mut at = top + 1;
    if rng.below(2) == 0 {
        for column in 0..headers.len() {
            sheet.write_number(at, place(column), f64::from(place(column)) + 1.0).unwrap();
        }
        at += 1;
    }
    let days = Format::new().set_num_format("dd/mm/yyyy");
    let mut numbers = Vec::new();
    for row in rows {
        at += u32::from(rng.below(50) == 0);
        for (column, put) in row.iter().enumerate() {
            match put {
                Put::Text(text) => sheet.write_string(at, place(column), text).unwrap(),
                Put::Number(number) => sheet.write_number(at, place(column), *number).unwrap(),
                Put::Day(day) => {
                    let moment = rust_xlsxwriter::ExcelDateTime::from_ymd(
                        u16::try_from(day.year()).unwrap(),
                        u8::try_from(day.month()).unwrap(),
                        u8::try_from(day.day()).unwrap(),
                    )
                    .unwrap();
                    sheet.write_datetime_with_format(at, place(column), &moment, &days).unwrap()
                }
            };
        }
        at += 1;
        numbers.push(at);
    }
    sheet.write_string(at + 1, 1, "TOTAL").unwrap();
    sheet.write_string(at + 4, 5, "Samarinda, 1 Oktober 2024").unwrap();
    Written { bytes: book.save_to_buffer().unwrap(), numbers }
}
