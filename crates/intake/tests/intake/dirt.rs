//! Rows with one known fault each among sound ones, over many seeds and in every kind of file: exactly the
//! planted faults are found, where they were planted.

use std::collections::BTreeMap;

use salur_intake::Source;

use crate::clean::{INSTITUTION_HEADERS, Put, Rng, VICTIM_HEADERS, institution, victim};
use crate::support::{form, judge};
use crate::write::{text_file, workbook};

/// What to put into which column, and the fault it makes there. In text files numbers are written out, so some
/// dirt only exists in workbooks.
type Dirt = (&'static str, &'static [&'static str], &'static str);

const ANY_FILE: &[Dirt] = &[
    (
        "NIK",
        &[
            "640800020169801",
            "64080002016980123",
            "640800020169801X",
            "6472003202013068",
            "6472001113013068",
            "6472004611010000",
            "NIK",
            "-",
        ],
        "nik_malformed",
    ),
    ("NIK", &["6,47200461101307E+15", "6.472E+15"], "nik_number"),
    ("NIK", &["", "  "], "value_missing"),
    ("No KK", &["640200010101000", "64020001010100AB"], "family_card_malformed"),
    ("No KK", &["6.4E+15"], "family_card_number"),
    ("Nama Lengkap", &["", "   ", "\u{A0}"], "name_missing"),
    ("Nama Lengkap", &["12345", "-"], "name_invalid"),
    ("Nama Rekening", &[""], "name_missing"),
    ("L/P", &["X", "LP"], "sex_invalid"),
    ("Tgl Lahir", &["31/02/1980", "1980-13-01", "kemarin", "01/01/80", "12/25/1980"], "date_invalid"),
    ("Tgl Kejadian", &["30/02/2024", "2024-13-01", "tadi"], "date_invalid"),
    ("Kode Wilayah", &["64.99", "6410", "Samarinda", "x"], "unknown_region"),
    ("Kode Wilayah", &["64"], "region_too_wide"),
    ("Kode Wilayah", &["31.71"], "region_not_served"),
    ("Kabupaten/Kota", &["Kota Bandung", "Sleman"], "region_mismatch"),
    ("Dalam Panti", &["?", "mungkin"], "yes_no_invalid"),
    (
        "Jumlah Bantuan",
        &["nol", "-", "1e6", "", "2.500,000", "1.5", "Rp 2.000.00", "2 juta", "99999999999999999999"],
        "amount_invalid",
    ),
    ("Jumlah Bantuan", &["0", "Rp 0", "-20000000", "(500.000)"], "amount_not_positive"),
    ("Jumlah Bantuan", &["=SUM(A1:A9)", "#REF!"], "formula_cell"),
    ("Bank", &["", " "], "value_missing"),
    ("Bank", &["123"], "bank_invalid"),
    ("No Rekening", &["12AB", "1", "123456789012345678901"], "account_malformed"),
    ("NPWP", &["12345", "17379375573239X"], "tax_no_malformed"),
    ("JUMLAH_KLIEN", &["0", "-3", "lima", "1,5"], "count_invalid"),
    ("Nama LKS", &["", "77"], "name_"),
];

/// The fault of a number that a workbook keeps as such.
const WORKBOOKS: &[(&str, f64, &str)] = &[
    ("NIK", 6_472_004_611_013_068.0, "nik_number"),
    ("No KK", 6_402_000_101_010_001.0, "family_card_number"),
    ("No Rekening", 1_234_567_890_123_456.0, "account_number"),
    ("NPWP", 17_379_375_573_239.0, "tax_no_number"),
    ("Jumlah Bantuan", 0.5, "amount_invalid"),
    ("Jumlah Bantuan", -1.0, "amount_not_positive"),
    ("Tgl Lahir", 2_001.0, "date_invalid"),
    ("JUMLAH_KLIEN", 2.5, "count_invalid"),
];

fn plant(rng: &mut Rng, headers: &[&str], row: &mut [Put], in_workbook: bool) -> (String, String) {
    loop {
        let (header, put, code) = if in_workbook && rng.below(3) == 0 {
            let (header, number, code) = *rng.pick(WORKBOOKS);
            (header, Put::Number(number), code)
        } else {
            let (header, texts, code) = *rng.pick(ANY_FILE);
            (header, (*rng.pick(texts)).into(), code)
        };
        if let Some(column) = headers.iter().position(|own| *own == header) {
            row[column] = put;
            return (header.to_owned(), code.to_owned());
        }
    }
}

type Clean = fn(&mut Rng, usize) -> Vec<Put>;

fn check(seed: u64, scheme: &str, headers: &[&str], clean: Clean, in_workbook: bool) {
    let mut rng = Rng(seed);
    let key = headers.iter().position(|header| ["NIK", "NPWP"].contains(header)).unwrap();
    let mut rows: Vec<Vec<Put>> = Vec::new();
    let mut planted: BTreeMap<usize, (String, String)> = BTreeMap::new();
    for serial in 1..=60 {
        let mut row = clean(&mut rng, serial);
        match rng.below(6) {
            0 => {
                planted.insert(rows.len(), plant(&mut rng, headers, &mut row, in_workbook));
            }
            1 if rows.len() > 2 => {
                // The same recipient as in an earlier sound row.
                let earlier = rng.below(rows.len());
                if !planted.contains_key(&earlier) {
                    row.clone_from(&rows[earlier]);
                    planted.insert(rows.len(), (headers[key].to_owned(), "duplicate_in_file".to_owned()));
                }
            }
            _ => {}
        }
        rows.push(row);
    }
    let written =
        if in_workbook { workbook(&mut rng, headers, &rows) } else { text_file(&mut rng, headers, &rows) };
    let outcome = judge(&form(scheme), Source::Bytes(&written.bytes), None)
        .unwrap_or_else(|refusal| panic!("seed {seed}: {refusal} {:?}", refusal.args));
    assert_eq!(outcome.judgement.rows, 60, "seed {seed}");
    for (at, number) in written.numbers.iter().enumerate() {
        let found = outcome.rows.get(number);
        match planted.get(&at) {
            None => assert_eq!(found, None, "seed {seed}, row {number}: {:?}", rows[at]),
            Some((header, code)) => {
                let has = |faults: &Vec<(String, String)>| {
                    faults.iter().any(|(field, own)| field == header && own.starts_with(code))
                };
                assert!(
                    found.is_some_and(has),
                    "seed {seed}, row {number}: {code} in {header}, not {found:?}: {:?}",
                    rows[at]
                );
            }
        }
    }
    assert_eq!(usize::try_from(outcome.judgement.faulty).unwrap(), planted.len(), "seed {seed}");
}

#[test]
fn dirt_in_text_files_is_found() {
    for seed in 0..60 {
        check(seed, "disaster", &VICTIM_HEADERS, victim, false);
        check(seed, "lks", &INSTITUTION_HEADERS, institution, false);
    }
}

#[test]
fn dirt_in_workbooks_is_found() {
    for seed in 0..40 {
        check(seed, "disaster", &VICTIM_HEADERS, victim, true);
        check(seed, "lks", &INSTITUTION_HEADERS, institution, true);
    }
}
