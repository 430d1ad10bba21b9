//! The file of faulty rows: it opens without harm, and corrected it can be sent again as it is.

use salur_core::Lang;
use salur_core::form::Cell;
use salur_intake::{CsvStyle, FaultyCsv, Limits, Lists, Source, faulty_csv};

use crate::support::{context, form, judge};

const HEADER: &str =
    "Catatan;Nama LKS;NPWP;Kode Wilayah;Jumlah Klien;Jumlah Bantuan;Bank;No Rekening;Nama Rekening\n";

fn faulty(list: &str) -> String {
    let lists = Lists { list: Source::Bytes(list.as_bytes()), members: None };
    let mut out = Vec::new();
    let style = CsvStyle::of(list.as_bytes());
    faulty_csv(&form("lks"), &context(), &Limits::default(), lists, (style, Lang::Id), &mut out)
        .unwrap()
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn only_faulty_rows_come_back_in_their_own_columns() {
    let list = format!(
        "{HEADER}=1+1;Panti A;173793755732392;64.72;5;-5000000;BNI;0698752578;Panti A\n\
         @x;Panti B;582445820820231;64.72;5;5000000;BNI;0698752579;Panti B\n\
         ;Panti C;062169394236694;64.71;5;nol;BNI;12;Panti C\n"
    );
    let written = faulty(&list);
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], format!("{};_baris;_kode;_kolom;_pesan;_saran", HEADER.trim_end()));
    assert!(lines[1].starts_with("'=1+1;Panti A;173793755732392;64.72;5;'-5000000;BNI;0698752578;Panti A;2;amount_not_positive;Jumlah Bantuan;"));
    assert!(lines[2].contains(";4;amount_invalid account_malformed;Jumlah Bantuan, No Rekening;"));
}

#[test]
fn sent_again_untouched_it_has_the_same_faults_and_corrected_none() {
    let list = format!("{HEADER};Panti A;173793755732392;64.72;5;-5000000;BNI;0698752578;Panti A\n");
    let written = faulty(&list);
    let again = faulty(&written);
    assert_eq!(again.matches("_baris").count(), 1);
    assert!(again.contains("amount_not_positive"));
    let corrected = written.replace("'-5000000", "'5000000");
    let outcome = judge(&form("lks"), Source::Bytes(corrected.as_bytes()), None).unwrap();
    assert_eq!((outcome.judgement.sound, outcome.judgement.faulty), (1, 0));
}

#[test]
fn a_list_without_faults_gives_headers_only() {
    let list = format!("{HEADER};Panti A;173793755732392;64.72;5;5000000;BNI;0698752578;Panti A\n");
    assert_eq!(faulty(&list).lines().count(), 1);
}

#[test]
fn digits_that_a_spreadsheet_lost_do_not_come_back_as_true() {
    let headers = ["NPWP".to_owned()];
    let style = CsvStyle { delimiter: b',', bom: false };
    let mut file = FaultyCsv::new(Vec::new(), &headers, style, Lang::En).unwrap();
    file.row(2, &[Cell::Number(1_737_937_557_323_920.0)], &[]).unwrap();
    let written = String::from_utf8(file.finish().unwrap()).unwrap();
    assert!(written.ends_with("1.73793755732392E15,2,,,,\n"), "{written}");
}
