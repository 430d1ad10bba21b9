//! Files that mean harm, or are something else than they say: refused with a code, quickly, never a panic.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{Format, Workbook};
use salur_intake::{Limits, Source, read_sheet};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{form, judge_within, refused};

/// A sheet with the headers of an institution's list and `rows` below it.
fn workbook(rows: &str) -> Vec<u8> {
    workbook_of(&format!("<worksheet><sheetData>{HEADER}{rows}</sheetData></worksheet>"), &[])
}

const HEADER: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Nama LKS</t></is></c><c r="B1" t="inlineStr"><is><t>NPWP</t></is></c><c r="C1" t="inlineStr"><is><t>Kode Wilayah</t></is></c><c r="D1" t="inlineStr"><is><t>Jumlah Klien</t></is></c><c r="E1" t="inlineStr"><is><t>Jumlah Bantuan</t></is></c><c r="F1" t="inlineStr"><is><t>Bank</t></is></c><c r="G1" t="inlineStr"><is><t>No Rekening</t></is></c><c r="H1" t="inlineStr"><is><t>Nama Rekening</t></is></c></row>"#;
const SOUND: &str = r#"<row r="2"><c r="A2" t="inlineStr"><is><t>Panti</t></is></c><c r="B2" t="inlineStr"><is><t>173793755732392</t></is></c><c r="C2" t="inlineStr"><is><t>64.72</t></is></c><c r="D2"><v>5</v></c><c r="E2"><v>5000000</v></c><c r="F2" t="inlineStr"><is><t>BNI</t></is></c><c r="G2" t="inlineStr"><is><t>0698752578</t></is></c><c r="H2" t="inlineStr"><is><t>Panti</t></is></c></row>"#;

fn workbook_of(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let parts: [(&str, &[u8]); 5] = [
        (
            "[Content_Types].xml",
            br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "_rels/.rels",
            br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    archive(parts.into_iter().chain(more.iter().copied()))
}

fn archive<'a>(parts: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn check(bytes: &[u8], code: &str) {
    assert_eq!(refused(&form("lks"), bytes), code);
}

#[test]
fn what_is_no_table_is_named() {
    for (bytes, code) in [
        (&b"%PDF-1.7\n%\xE2\xE3\xCF\xD3"[..], "not_a_table"),
        (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "not_a_table"),
        (b"<html><table><tr><td>NIK</td></tr></table></html>", "not_a_table"),
        (b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>", "not_a_table"),
        (b"NIK,nama\n\0\0\0\0", "not_a_table"),
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"\xEF\xBB\xBF", "empty"),
        (b"a,b,c\n1,2,3\n", "header_unknown"),
        (b"Nama LKS,NPWP,Bank\nx,1,BRI\n", "column_missing"),
        (b"Nama LKS,NPWP,No NPWP\n", "column_twice"),
        (b"PK\x03\x04", "truncated"),
        (b"PK\x05\x06", "truncated"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "not_a_table"), // XLS, outside of a process of its own
        (b"caf\xE9\x81\n", "encoding_unknown"),
    ] {
        check(bytes, code);
    }
}

#[test]
fn a_sound_workbook_is_read_and_its_declared_dimension_is_not_believed() {
    check(&workbook(SOUND), "read: 1 rows");
    let sheet = format!(
        "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{HEADER}{SOUND}</sheetData></worksheet>"
    );
    check(&workbook_of(&sheet, &[]), "read: 1 rows");
}

#[test]
fn what_add_ins_keep_in_another_encoding_does_no_harm() {
    let sheet = format!("<worksheet><sheetData>{HEADER}{SOUND}</sheetData></worksheet>");
    check(&workbook_of(&sheet, &[("customXml/item1.xml", b"\xFF\xFE<\0a\0/\0>\0")]), "read: 1 rows");
    check(&workbook_of(&sheet, &[("xl/styles.xml", b"\xFF\xFE<\0a\0/\0>\0")]), "unsafe_content");
}

#[test]
fn a_lone_cell_far_away_costs_nothing() {
    let far = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    check(&workbook(&format!("{SOUND}{far}")), "too_many_columns");
    let below = r#"<row r="1048576"><c r="A1048576"><v>1</v></c></row>"#;
    check(&workbook(&format!("{SOUND}{below}")), "read: 2 rows");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "Nama LKS").unwrap();
    sheet.write_blank(1_048_575, 16_383, &Format::new().set_bold()).unwrap();
    check(&book.save_to_buffer().unwrap(), "header_unknown");
}

#[test]
fn what_unpacks_to_too_much_is_refused_while_unpacking() {
    let zeros = vec![b' '; 60 * 1024 * 1024];
    check(&workbook_of("<worksheet/>", &[("xl/media/image1.bin", &zeros)]), "unpacks_too_large");
    let five = vec![b' '; 5 * 1024 * 1024];
    check(&workbook_of("<worksheet/>", &[("xl/media/image1.bin", &five)]), "unpacks_too_large");
    let names: Vec<String> = (0..201).map(|at| format!("xl/{at}.xml")).collect();
    check(&archive(names.iter().map(|name| (name.as_str(), &b""[..]))), "unpacks_too_large");
}

#[test]
fn an_archive_that_lies_about_its_sizes_is_still_counted() {
    let zeros = vec![b' '; 60 * 1024 * 1024];
    let mut bytes = workbook_of("<worksheet/>", &[("xl/media/image1.bin", &zeros)]);
    // Overwrite the declared unpacked size, wherever it stands.
    let declared = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == declared {
            bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
    }
    let code = refused(&form("lks"), &bytes);
    assert!(["unpacks_too_large", "truncated"].contains(&code.as_str()), "{code}");
}

#[test]
fn many_cells_that_share_one_long_text_are_counted_each() {
    let shared = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(4_000));
    let row = |row: u32| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#);
    let rows: Vec<String> = (2..4_000).map(row).collect();
    let rows = rows.concat();
    let sheet = format!("<worksheet><sheetData>{HEADER}{rows}</sheetData></worksheet>");
    let bytes = workbook_of(&sheet, &[("xl/sharedStrings.xml", shared.as_bytes())]);
    let limits = Limits { text_bytes: 4 * 1024 * 1024, ..Limits::default() };
    let refusal = judge_within(&limits, &form("lks"), Source::Bytes(&bytes), None).err().unwrap();
    assert_eq!(refusal.code.as_str(), "unpacks_too_large");
}

#[test]
fn a_declared_count_of_texts_is_not_believed() {
    let shared = b"<sst uniqueCount=\"99999999999\"><si><t>x</t></si></sst>";
    let sheet = format!("<worksheet><sheetData>{HEADER}{SOUND}</sheetData></worksheet>");
    check(&workbook_of(&sheet, &[("xl/sharedStrings.xml", shared)]), "unsafe_content");
}

#[test]
fn entities_and_locks_are_refused() {
    let sheet = format!(
        "<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet><sheetData>{HEADER}{SOUND}</sheetData></worksheet>"
    );
    check(&workbook_of(&sheet, &[]), "unsafe_content");
    let mut locked = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    locked.resize(1024, 0);
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    locked.resize(4096, 0);
    check(&locked, "encrypted");
    let manifest = b"<manifest:encryption-data/>";
    check(
        &archive([("META-INF/manifest.xml", &manifest[..]), ("content.xml", b"<a/>")].into_iter()),
        "encrypted",
    );
}

#[test]
fn a_workbook_cut_off_anywhere_is_refused() {
    let whole = workbook(SOUND);
    for end in (4..whole.len()).step_by(37) {
        check(&whole[..end], "truncated");
    }
}

#[test]
fn a_workbook_with_any_bit_turned_never_panics() {
    let whole = workbook(SOUND);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        refused(&form("lks"), &bytes);
    }
}

#[test]
fn more_rows_or_longer_cells_than_are_read_are_refused() {
    let mut list = String::from(
        "Nama LKS,NPWP,Kode Wilayah,Jumlah Klien,Jumlah Bantuan,Bank,No Rekening,Nama Rekening\n",
    );
    let row = "Panti,173793755732392,64.72,5,5000000,BNI,0698752578,Panti\n";
    list.push_str(&row.repeat(300_000));
    check(list.as_bytes(), "too_many_rows");
    list.truncate(1_000);
    check(format!("{list}\n{}\n", "x".repeat(5_000)).as_bytes(), "cell_too_long");
    check(format!("{list}\n\"{}", "x,y\n".repeat(5_000)).as_bytes(), "cell_too_long");
    check(format!("{list}\n{}\n", "x,".repeat(70)).as_bytes(), "too_many_columns");
    check(&vec![b'x'; 33 * 1024 * 1024], "file_too_large");
}

#[test]
fn open_documents_that_repeat_themselves_are_bounded() {
    let document = |rows: &str| {
        let header = [
            "Nama LKS",
            "NPWP",
            "Kode Wilayah",
            "Jumlah Klien",
            "Jumlah Bantuan",
            "Bank",
            "No Rekening",
            "Nama Rekening",
        ]
        .map(|text| {
            format!(
                "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
            )
        })
        .concat();
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"S\"><table:table-row>{header}</table:table-row>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
        );
        archive(
            [
                ("mimetype", &b"application/vnd.oasis.opendocument.spreadsheet"[..]),
                ("content.xml", content.as_bytes()),
            ]
            .into_iter(),
        )
    };
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let sound = ["Panti &amp; Co", "173793755732392", "64.72", "5", "5000000", "BNI", "0698752578", "Panti"]
        .map(cell)
        .concat();
    let empty = "<table:table-row table:number-rows-repeated=\"1048500\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    check(&document(&format!("<table:table-row>{sound}</table:table-row>{empty}")), "read: 1 rows");
    check(
        &document(&format!(
            "<table:table-row table:number-rows-repeated=\"4000000000\">{sound}</table:table-row>"
        )),
        "too_many_rows",
    );
    check(
        &document(
            "<table:table-row><table:table-cell table:number-columns-repeated=\"16384\" office:value-type=\"string\"><text:p>x</text:p></table:table-cell></table:table-row>",
        ),
        "too_many_columns",
    );
    check(
        &document(
            "<table:table-row><table:table-cell><text:p><text:s text:c=\"4000000000\"/>x</text:p></table:table-cell></table:table-row>",
        ),
        "read: 1 rows",
    );
}

#[test]
fn a_child_that_is_told_to_read_rubbish_answers_a_refusal() {
    let path = std::env::temp_dir().join(format!("salur-intake-{}.bin", std::process::id()));
    std::fs::write(&path, b"%PDF-1.4").unwrap();
    let mut lines = Vec::new();
    read_sheet(&path, &Limits::default(), &mut lines).unwrap();
    std::fs::remove_file(&path).unwrap();
    let refusal = crate::support::judge(&form("lks"), Source::json_lines(&lines[..]), None).err().unwrap();
    assert_eq!(refusal.code.as_str(), "not_a_table");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_panic_the_reader(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2_000), start in 0..6_usize) {
        let starts: [&[u8]; 6] = [b"", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"NPWP,Nama LKS\n", b"\xFF\xFE", b"\xEF\xBB\xBFNPWP;Bank\r\n"];
        let mut all = starts[start].to_vec();
        all.extend(bytes);
        refused(&form("lks"), &all);
    }

    #[test]
    fn no_text_panics_the_reader(text in "(NPWP|Nama LKS|[,;\"'\r\n\t=]|[a-z0-9 ]{0,5}|\\PC{0,3}){0,60}") {
        refused(&form("lks"), text.as_bytes());
    }
}
