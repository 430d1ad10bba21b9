//! Rows and entries against a form.

use jiff::civil::date;
use serde_json::json;

use super::{Cell, Columns, Context, FaultCode, Form, Regions, Verdict};
use crate::Rupiah;

const FORM: &str = r#"
key = "nik"
display = "name"
amount = "amount"
region = "region"
account = { bank = "bank", number = "account_no", holder = "account_name" }
refer_when = { field = "in_institution", is = false }
[[field]]
name = "nik"
kind = "nik"
headers = ["NIK"]
label = { id = "NIK", en = "NIK" }
[[field]]
name = "name"
kind = "name"
headers = ["nama", "nama lengkap"]
label = { id = "Nama", en = "Name" }
[[field]]
name = "sex"
kind = "sex"
headers = ["L/P"]
label = { id = "L/P", en = "Sex" }
[[field]]
name = "birth_date"
kind = "date"
headers = ["tgl lahir"]
label = { id = "Tanggal lahir", en = "Birth date" }
[[field]]
name = "region"
kind = "region"
headers = ["kode wilayah"]
label = { id = "Wilayah", en = "Region" }
[[field]]
name = "region_name"
kind = "region_name"
required = false
headers = ["kabupaten/kota"]
label = { id = "Kabupaten/kota", en = "Regency" }
[[field]]
name = "in_institution"
kind = "yes_no"
headers = ["dalam panti"]
label = { id = "Dalam panti", en = "In an institution" }
[[field]]
name = "amount"
kind = "money"
headers = ["jumlah bantuan"]
label = { id = "Jumlah", en = "Amount" }
[[field]]
name = "bank"
kind = "bank"
headers = ["bank"]
label = { id = "Bank", en = "Bank" }
[[field]]
name = "account_no"
kind = "account"
headers = ["no rekening"]
label = { id = "Rekening", en = "Account" }
[[field]]
name = "account_name"
kind = "name"
headers = ["nama rekening"]
label = { id = "Nama rekening", en = "Account holder" }
[[check]]
kind = "nik_birth_date"
nik = "nik"
date = "birth_date"
[[check]]
kind = "nik_sex"
nik = "nik"
sex = "sex"
[[check]]
kind = "region_name"
region = "region"
name = "region_name"
"#;

const REGIONS: &str = "kode,tingkat,nama\n31,provinsi,DKI Jakarta\n31.71,kota,Kota Jakarta Pusat\n\
    64,provinsi,Kalimantan Timur\n64.02,kabupaten,Kabupaten Kutai Kartanegara\n64.72,kota,Kota Samarinda\n";

const HEADERS: [&str; 11] = [
    "NIK",
    "Nama_Lengkap",
    "L/P",
    "Tgl. Lahir",
    "KODE WILAYAH",
    "Kabupaten/Kota",
    "Dalam Panti",
    "Jumlah Bantuan",
    "Bank",
    "No. Rekening",
    "Nama Rekening",
];

const SOUND: [&str; 11] = [
    "6472004611013068",
    "Siti Aminah",
    "P",
    "06/11/2001",
    "64.72",
    "Samarinda",
    "Y",
    "Rp 2.500.000",
    "BRI",
    "0698752578",
    "Siti Aminah",
];

fn texts(row: &[&str]) -> Vec<Cell> {
    row.iter().map(|text| Cell::Text((*text).to_owned())).collect()
}

fn regions() -> Regions {
    Regions::parse([REGIONS]).unwrap().serving("64".into())
}

fn judge(cells: &[Cell]) -> Verdict {
    let form: Form = toml::from_str(FORM).unwrap();
    let columns = Columns::of(&form.fields, &texts(&HEADERS)).unwrap();
    form.judge(&Context { regions: &regions(), today: date(2024, 6, 1) }, &columns, cells)
}

/// The sound row with one cell changed.
fn with(column: usize, cell: impl Into<Cell>) -> Vec<Cell> {
    let mut cells = texts(&SOUND);
    cells[column] = cell.into();
    cells
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

fn faults(verdict: &Verdict) -> Vec<(&str, FaultCode)> {
    verdict.faults.iter().map(|fault| (fault.field.as_str(), fault.code)).collect()
}

fn warnings(verdict: &Verdict) -> Vec<FaultCode> {
    verdict.warnings.iter().map(|fault| fault.code).collect()
}

#[test]
fn a_sound_row_is_all_facts() {
    let verdict = judge(&texts(&SOUND));
    assert_eq!(verdict.faults, []);
    assert_eq!(verdict.warnings, []);
    assert!(!verdict.referred);
    assert_eq!(verdict.facts.money(&"amount".into()), Some(Rupiah(2_500_000)));
    assert_eq!(verdict.facts.text(&"region".into()), Some("64.72"));
    assert_eq!(verdict.facts.fields.len(), 11);
}

#[test]
fn a_row_of_another_office_is_sound_but_referred() {
    let verdict = judge(&with(6, "T"));
    assert!(verdict.is_sound() && verdict.referred);
}

#[test]
fn each_cell_has_its_own_fault() {
    for (column, cell, code) in [
        (0, Cell::Number(6_472_004_611_013_068.0), FaultCode::NikNumber),
        (0, "640800020169801".into(), FaultCode::NikMalformed),
        (0, Cell::Empty, FaultCode::ValueMissing),
        (1, "   ".into(), FaultCode::NameMissing),
        (1, "123".into(), FaultCode::NameInvalid),
        (1, "=A1".into(), FaultCode::FormulaCell),
        (2, "X".into(), FaultCode::SexInvalid),
        (2, "L".into(), FaultCode::NikSexMismatch),
        (3, "31/02/1980".into(), FaultCode::DateInvalid),
        (4, "64.99".into(), FaultCode::UnknownRegion),
        (4, "31.71".into(), FaultCode::RegionNotServed),
        (4, "64".into(), FaultCode::RegionTooWide),
        (5, "Kutai Kartanegara".into(), FaultCode::RegionMismatch),
        (6, "mungkin".into(), FaultCode::YesNoInvalid),
        (7, "nol".into(), FaultCode::AmountInvalid),
        (7, Cell::Empty, FaultCode::AmountInvalid),
        (7, Cell::Bool(true), FaultCode::AmountInvalid),
        (7, Cell::Number(0.0), FaultCode::AmountNotPositive),
        (7, Cell::Error("#REF!".into()), FaultCode::FormulaCell),
        (8, "---".into(), FaultCode::BankInvalid),
        (9, "12AB".into(), FaultCode::AccountMalformed),
        (9, Cell::Number(1.234_567_890_123_456e15), FaultCode::AccountNumber),
    ] {
        let verdict = judge(&with(column, cell.clone()));
        assert_eq!(faults(&verdict), [(HEADERS[column], code)], "{cell:?}");
    }
}

#[test]
fn a_nik_of_another_birth_date_is_blamed_on_the_nik() {
    assert_eq!(faults(&judge(&with(3, "06/11/2002"))), [("NIK", FaultCode::NikBirthDateMismatch)]);
    assert_eq!(faults(&judge(&with(3, Cell::Date(date(2001, 11, 6))))), []);
}

#[test]
fn oddities_only_warn() {
    for (column, cell, code) in [
        (0, "3171004611013068".into(), FaultCode::NikPrefixForeign),
        (0, "9900004611013068".into(), FaultCode::NikPrefixUnknown),
        (1, "Siti\u{A0}Aminah".into(), FaultCode::InvisibleCharacters),
        (3, Cell::Number(37_201.0), FaultCode::DateFromSerial),
        (5, "Samarenda".into(), FaultCode::RegionNameUnknown),
        (9, Cell::Number(6_228_741_300.0), FaultCode::AccountLeadingZeros),
    ] {
        let verdict = judge(&with(column, cell));
        assert_eq!((faults(&verdict), warnings(&verdict)), (vec![], vec![code]));
    }
}

#[test]
fn all_faults_of_a_row_are_told() {
    let mut cells = texts(&SOUND);
    for (column, text) in [(0, "1"), (1, ""), (7, "-"), (9, "x")] {
        cells[column] = text.into();
    }
    assert_eq!(judge(&cells).faults.len(), 4);
    assert_eq!(judge(&[]).faults.len(), 10);
}

#[test]
fn a_wrong_code_beside_a_known_name_suggests_the_right_one() {
    let mut cells = with(4, "64.99");
    cells[5] = "Kutai Kartanegara".into();
    let verdict = judge(&cells);
    assert_eq!(verdict.faults[0].args["suggestion"], "64.02 (Kabupaten Kutai Kartanegara)");
}

#[test]
fn an_entry_meets_the_same_judge() {
    let form: Form = toml::from_str(FORM).unwrap();
    let regions = regions();
    let context = Context { regions: &regions, today: date(2024, 6, 1) };
    let mut entry = json!({
        "nik": "6472004611013068", "name": "Siti Aminah", "sex": "P", "birth_date": "2001-11-06",
        "region": "64.72", "in_institution": true, "amount": 2_500_000, "bank": "BRI", "account_no": "0698752578",
        "account_name": "Siti Aminah",
    });
    let verdict = form.judge_entry(&context, entry.as_object().unwrap());
    assert_eq!(verdict.faults, []);
    let from_file = judge(&texts(&SOUND));
    assert_eq!(verdict.facts.text(&"nik".into()), from_file.facts.text(&"nik".into()));
    entry["amount"] = json!(0);
    entry["nik"] = json!(6_472_004_611_013_068_i64);
    entry["bank"] = json!(["BRI"]);
    entry["colour"] = json!("red");
    let verdict = form.judge_entry(&context, entry.as_object().unwrap());
    let codes: Vec<FaultCode> = verdict.faults.iter().map(|fault| fault.code).collect();
    assert_eq!(
        codes,
        [
            FaultCode::NikNumber,
            FaultCode::AmountNotPositive,
            FaultCode::ValueMissing,
            FaultCode::ValueInvalid,
            FaultCode::FieldUnknown
        ]
    );
}

#[test]
fn a_correction_touches_the_account_and_nothing_else() {
    let form: Form = toml::from_str(FORM).unwrap();
    let regions = regions();
    // Another day, on which the form has more against the facts: that was judged when they came in.
    let context = Context { regions: &regions, today: date(1990, 6, 1) };
    let facts = judge(&texts(&SOUND)).facts;
    let correct = |given: serde_json::Value| {
        let given = given.as_object().unwrap().clone().into_iter().collect();
        form.correct(&context, &facts, &given)
    };
    let verdict = correct(json!({ "bank": "BNI", "account_no": "0698752579" })).unwrap();
    assert!(verdict.is_sound(), "{:?}", verdict.faults);
    let mut expected = facts.clone();
    for (name, text) in [("bank", "BNI"), ("account_no", "0698752579")] {
        let text = super::Value::Text(text.into());
        assert_ne!(expected.fields.insert(name.into(), text.clone()), Some(text));
    }
    assert_eq!(verdict.facts, expected);
    for other in ["name", "nik", "amount", "region", "members", "colour"] {
        let why = correct(json!({ "account_no": "0698752579", other: "6472004611013069" })).unwrap_err();
        assert_eq!(why.code(), "field_unknown", "{other}");
    }
    let verdict = correct(json!({ "account_no": "12" })).unwrap();
    assert!(!verdict.is_sound() && verdict.faults.iter().all(|fault| fault.name.as_str() == "account_no"));
}

#[test]
fn forms_that_contradict_themselves_are_refused() {
    for (from, to) in [
        ("key = \"nik\"", "key = \"nok\""),
        ("amount = \"amount\"", "amount = \"bank\""),
        ("headers = [\"bank\"]", "headers = [\"n.i.k\"]"),
        ("headers = [\"bank\"]", "headers = []"),
        ("name = \"sex\"\nkind", "name = \"Sex\"\nkind"),
        ("name = \"sex\"\nkind", "name = \"nik\"\nkind"),
        ("sex = \"sex\"", "sex = \"bank\""),
        ("kind = \"money\"\n", "kind = \"money\"\nrequired = false\n"),
        ("kind = \"money\"\n", "kind = \"gold\"\n"),
        ("display =", "colour = 1\ndisplay ="),
    ] {
        assert!(FORM.contains(from), "{from}");
        assert!(toml::from_str::<Form>(&FORM.replacen(from, to, 1)).is_err(), "{to}");
    }
}
