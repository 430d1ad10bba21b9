//! The sentences about how a file is written, in Indonesian and English.

use super::read::suggestion;
use crate::form::FormError;
use crate::guard::{GuardError, GuardFault};
use crate::span::SpanError;

/// A sentence in Indonesian and English.
pub(super) type Said = (String, String);

pub(super) fn no_toml(message: &str) -> Said {
    let message = message.replace('\n', "; ");
    let known = TOML.iter().find(|(said, _)| message.starts_with(said));
    let id = match known {
        Some((_, id)) => format!("bukan TOML yang benar: {id}"),
        None => format!("bukan TOML yang benar; tulisan di sini tidak dapat dibaca ({message})"),
    };
    (id, format!("this is no TOML: {message}"))
}

/// What the reader of TOML says, as it begins, and the same in Indonesian; the longer ones first.
const TOML: &[(&str, &str)] = &[
    ("string values must be quoted", "teks harus dalam tanda kutip"),
    ("missing opening quote", "tanda kutip pembuka belum ada"),
    ("invalid multi-line", "teks beberapa baris tidak ditutup dengan benar"),
    ("invalid basic string", "teks tidak ditutup dengan tanda kutip"),
    ("invalid literal string", "teks tidak ditutup dengan tanda kutip tunggal"),
    ("missing comma between array elements", "koma di antara isi daftar belum ada"),
    ("missing comma between key-value pairs", "koma di antara pasangan kunci dan nilai belum ada"),
    ("missing assignment between", "tanda = di antara kunci dan nilai belum ada"),
    ("missing value", "nilai sesudah tanda = belum ada"),
    ("missing key", "kunci sebelum tanda = belum ada"),
    ("key with no value", "kunci ini tidak punya nilai; tulis kunci = nilai"),
    ("duplicate key", "kunci ini ditulis dua kali"),
    ("unclosed inline table", "tanda } penutup belum ada"),
    ("unclosed array table", "tanda ]] penutup belum ada"),
    ("unclosed array", "tanda ] penutup daftar belum ada"),
    ("unclosed table", "tanda ] penutup nama tabel belum ada"),
    ("unexpected key or value", "ada tulisan lain sesudah nilai; mulai di baris baru"),
    ("unquoted keys cannot be empty", "nama kunci kosong"),
    ("invalid unquoted key", "nama kunci hanya huruf, angka, `_` dan `-`"),
    ("invalid key", "nama kunci ini tidak dapat dibaca"),
    ("missing escaped value", "sesudah \\ harus ada huruf; tulis \\\\ untuk garis miring terbalik"),
    ("invalid integer", "bilangan ini tidak dapat dibaca"),
    ("invalid mantissa", "bilangan ini tidak dapat dibaca"),
    ("invalid value", "nilai ini tidak dapat dibaca; teks harus dalam tanda kutip"),
    ("recursion limit", "tabel dan daftar bersarang terlalu dalam"),
    ("cannot recurse further", "tabel dan daftar bersarang terlalu dalam"),
];

pub(super) fn key_unknown(name: &str, known: &[&str]) -> Said {
    let (id, en) = suggestion(name, known.iter().copied());
    let known = known.join(", ");
    (
        format!("kunci `{name}` tidak dikenal{id}; yang dikenal: {known}"),
        format!("the key `{name}` is not known{en}; the known ones are {known}"),
    )
}

pub(super) fn key_missing(name: &str, note: &str) -> Said {
    (format!("kunci `{name}` belum ada"), format!("the key `{name}` is missing: {note}"))
}

pub(super) fn label_missing() -> Said {
    (
        "tulis dalam bahasa Indonesia (`id`) dan Inggris (`en`)".into(),
        "say it in Indonesian (`id`) and English (`en`)".into(),
    )
}

pub(super) fn wrong_kind(expected: &[&str], found: &str) -> Said {
    let (id, en): (Vec<_>, Vec<_>) = expected.iter().map(|kind| noun(kind)).unzip();
    let (found_id, found_en) = noun(found);
    (
        format!("yang diharapkan {}, bukan {found_id}", id.join(" atau ")),
        format!("{} is expected here, not {found_en}", en.join(" or ")),
    )
}

pub(super) fn not_two() -> Said {
    ("tulis dua bilangan, misalnya [6, 20]".into(), "write two numbers, as [6, 20]".into())
}

fn noun(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "string" => ("teks dalam tanda kutip", "a text in quotes"),
        "integer" => ("bilangan bulat", "a whole number"),
        "float" => ("bilangan pecahan", "a number with a fraction"),
        "boolean" => ("true atau false", "true or false"),
        "array" => ("daftar [ .. ]", "a list [ .. ]"),
        "table" => ("tabel { .. }", "a table { .. }"),
        "label" => (
            "teks dwibahasa { id = \"..\", en = \"..\" }",
            "a text in both languages { id = \"..\", en = \"..\" }",
        ),
        "length" => {
            ("lama waktu dengan satuannya, misalnya \"3wd\"", "a length of time with its unit, as \"3wd\"")
        }
        "share" => ("bagian antara 0 dan 1, misalnya 0.85", "a share between 0 and 1, as 0.85"),
        _ => ("tanggal", "a date"),
    }
}

pub(super) fn number_range(least: i64) -> Said {
    let (id, en) = if least < 0 {
        (
            "tulis bilangan bulat paling banyak 18 angka".into(),
            "write a whole number of at most 18 digits".into(),
        )
    } else {
        (
            format!("tulis bilangan bulat dari {least} sampai {}", u32::MAX),
            format!("write a whole number from {least} to {}", u32::MAX),
        )
    };
    (id, en)
}

pub(super) fn share_range() -> Said {
    (
        "bagian di atas 0 dan paling banyak 1, misalnya 0.85".into(),
        "a share is above 0 and 1 at most, as 0.85".into(),
    )
}

pub(super) fn value_unknown(value: &str, words: &[&str]) -> Said {
    let (id, en) = suggestion(value, words.iter().copied());
    let words = words.join(", ");
    (
        format!("`{value}` tidak dikenal di sini{id}; yang boleh: {words}"),
        format!("`{value}` is not known here{en}; it may be {words}"),
    )
}

pub(super) fn name_invalid(name: &str) -> Said {
    (
        format!("`{name}` bukan nama: pakai huruf, angka, `_` dan `-`, paling banyak 64"),
        format!("`{name}` is no name: use letters, digits, `_` and `-`, 64 at most"),
    )
}

pub(super) fn too_many(what: &str, found: usize, most: usize) -> Said {
    (
        format!("`{what}` berisi {found}; paling banyak {most}"),
        format!("there are {found} of `{what}`; {most} is the most"),
    )
}

pub(super) fn no_length(error: &SpanError) -> Said {
    let id = match error {
        SpanError::NoUnit { text } => {
            format!(
                "{text} tanpa satuan; tulis {text}wd (hari kerja), {text}wh (jam kerja) atau {text}m (menit)"
            )
        }
        SpanError::UnknownUnit { unit } => {
            format!(
                "satuan {unit:?} tidak dikenal; tulis wd (hari kerja), wh (jam kerja) atau m (menit), misalnya 3wd"
            )
        }
        SpanError::Blank { meant } => format!("tanpa spasi sebelum satuan; tulis {meant}"),
        SpanError::OtherUnit { unit, meant } => {
            format!("satuan {unit:?} tidak dipakai di sini; tulis {meant}")
        }
        SpanError::NoNumber { text } => {
            format!("{text:?} tidak diawali bilangan bulat; tulis misalnya 3wd")
        }
        SpanError::NotWorkingDays { span } => format!("{span} bukan hari kerja; tulis misalnya 3wd"),
    };
    (id, error.to_string())
}

/// What is wrong with a form, and the place within it.
pub(super) fn no_form(error: &FormError) -> (&'static str, String, Said) {
    let (code, place, id) = match error {
        FormError::FieldUnknown { place, field } => {
            ("form_field_unknown", *place, format!("kolom `{field}` tidak ada di formulir"))
        }
        FormError::KindWrong { place, field, kind } => {
            ("form_kind_wrong", *place, format!("kolom `{field}` bukan berjenis {kind:?}"))
        }
        FormError::NotRequired { place, field } => {
            ("form_not_required", *place, format!("kolom `{field}` harus wajib diisi"))
        }
        FormError::FieldTwice { field } => {
            ("form_field_twice", "field", format!("kolom `{field}` ditulis dua kali"))
        }
        FormError::HeaderNotOwn { field, header } => {
            ("form_header_shared", "field", format!("kolom `{field}` tidak punya judul sendiri: `{header}`"))
        }
        FormError::NameNotSnake { field } => {
            ("form_name_invalid", "field", format!("nama kolom `{field}` bukan huruf kecil, angka dan `_`"))
        }
        FormError::TooManyFields => ("too_many", "field", "formulir paling banyak 64 kolom".into()),
    };
    (code, format!("form.{place}"), (id, error.to_string()))
}

pub(super) fn no_guard(error: &GuardError) -> Said {
    (guard_fault(&error.fault), error.fault.to_string())
}

fn guard_fault(fault: &GuardFault) -> String {
    let near = |nearest: &Option<String>| {
        nearest.as_ref().map(|near| format!("; maksudnya {near:?}?")).unwrap_or_default()
    };
    match fault {
        GuardFault::TooLong => "syarat ini terlalu panjang".into(),
        GuardFault::TooDeep => "tanda kurung bersarang terlalu dalam".into(),
        GuardFault::TooManyNodes => "syarat ini berisi terlalu banyak nama, nilai dan operator".into(),
        GuardFault::Refused { what } => format!("syarat tidak boleh memakai {what}"),
        GuardFault::Unbalanced => "tanda kurung ini tidak punya pasangan".into(),
        GuardFault::Unclosed => "teks ini tidak ditutup dengan tanda kutip".into(),
        GuardFault::NotWhole => "hanya bilangan bulat paling banyak 18 angka, misalnya 5000000".into(),
        GuardFault::Chained => "perbandingan tidak boleh beruntun; tulis a < b && b < c".into(),
        GuardFault::Syntax => "syarat tidak dapat dibaca di sini".into(),
        GuardFault::UnknownField { name, nearest } => {
            format!("isian {name:?} tidak dikenal{}", near(nearest))
        }
        GuardFault::UnknownParam { name, nearest } => {
            format!("angka params {name:?} tidak dikenal{}", near(nearest))
        }
        GuardFault::UnknownFunction { name } => {
            format!("fungsi {name:?} tidak dikenal; yang ada hanya size(isian) dan date(\"2026-12-15\")")
        }
        GuardFault::UnknownValue { value, allowed, nearest } => {
            format!("nilainya {}, bukan {value:?}{}", allowed.join(", "), near(nearest))
        }
        GuardFault::Mismatch { left, right } => {
            format!("{} tidak dapat dibandingkan dengan {}", type_noun(left), type_noun(right))
        }
        GuardFault::NotOrdered { of } => format!("{} tidak punya urutan; pakai == atau !=", type_noun(of)),
        GuardFault::NotACondition { found } => {
            format!("ini {}, bukan syarat; bandingkan dengan sesuatu", type_noun(found))
        }
        GuardFault::NotAValue => "syarat tidak dapat dibandingkan; gabungkan dengan && dan ||".into(),
        GuardFault::BadDate { text } => format!("{text:?} bukan tanggal; tulis date(\"2026-12-15\")"),
        GuardFault::NotAList => {
            "setelah in harus ada daftar nilai, paling sedikit satu, misalnya [\"a\", \"b\"]".into()
        }
        GuardFault::SizeOfWhat => "size() hanya untuk satu isian teks".into(),
    }
}

/// The noun of a type, as `Type::noun` has it, in Indonesian.
fn type_noun(noun: &str) -> &str {
    match noun {
        "a yes or no" => "ya atau tidak",
        "a number" => "bilangan",
        "money" => "uang",
        "a date" => "tanggal",
        "an enum" => "pilihan",
        "a text" => "teks",
        other => other,
    }
}
