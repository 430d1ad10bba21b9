//! Why a file as a whole cannot be used, said so that its sender can mend it.

use std::collections::BTreeMap;
use std::fmt;

use salur_core::Lang;
use serde::{Deserialize, Serialize};

use crate::list::File;

/// A file that is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the {file} was refused: {code}")]
#[serde(deny_unknown_fields)]
pub struct FileRefusal {
    /// Why; stable.
    pub code: RefusalCode,
    /// Which of the two files.
    pub file: File,
    /// What the sentences need besides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl FileRefusal {
    /// A refusal; the file is the list until said otherwise.
    #[must_use]
    pub fn new(code: RefusalCode) -> FileRefusal {
        FileRefusal { code, file: File::List, args: BTreeMap::new() }
    }

    /// Adds what a sentence needs.
    #[must_use]
    pub fn with(mut self, word: &str, value: impl fmt::Display) -> FileRefusal {
        self.args.insert(word.to_owned(), value.to_string());
        self
    }

    /// The same refusal, of that file.
    #[must_use]
    pub fn of(mut self, file: File) -> FileRefusal {
        self.file = file;
        self
    }

    /// One sentence: why the file cannot be used.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let [id, _, en, _] = self.code.words();
        self.filled(if lang == Lang::Id { id } else { en })
    }

    /// One sentence: what to do about it.
    #[must_use]
    pub fn mend(&self, lang: Lang) -> String {
        let [_, id, _, en] = self.code.words();
        self.filled(if lang == Lang::Id { id } else { en })
    }

    fn filled(&self, template: &str) -> String {
        let mut sentence = template.to_owned();
        for (word, value) in &self.args {
            sentence = sentence.replace(&format!("{{{word}}}"), value);
        }
        sentence
    }
}

impl From<RefusalCode> for FileRefusal {
    fn from(code: RefusalCode) -> FileRefusal {
        FileRefusal::new(code)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $code:literal $id:literal $id_mend:literal $en:literal $en_mend:literal)*) => {
        /// Why a file is refused. A code never changes once it is published.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum RefusalCode {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl RefusalCode {
            /// Every code.
            pub const ALL: &[RefusalCode] = &[$(RefusalCode::$name,)*];

            /// The code as programs read it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(RefusalCode::$name => $code,)*
                }
            }

            fn words(self) -> [&'static str; 4] {
                match self {
                    $(RefusalCode::$name => [$id, $id_mend, $en, $en_mend],)*
                }
            }
        }
    };
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

codes! {
    /// Something else than a table.
    NotATable "not_a_table"
        "Berkas ini bukan tabel ({kind})." "Simpan daftarnya sebagai XLSX atau CSV, lalu kirim lagi."
        "This file is not a table ({kind})." "Save the list as XLSX or CSV and send it again."
    /// Nothing in it.
    Empty "empty"
        "Berkas ini tidak memuat satu pun penerima." "Pastikan daftar penerima ada di bawah baris judul kolom."
        "This file holds no recipient." "Make sure that the recipients stand below the row of headers."
    /// Cut off or damaged on the way.
    Truncated "truncated"
        "Berkas ini terpotong atau rusak." "Buka berkas aslinya, simpan ulang, lalu kirim lagi."
        "This file is cut off or damaged." "Open the original, save it again and send it."
    /// Locked with a password.
    Encrypted "encrypted"
        "Berkas ini terkunci dengan kata sandi." "Hapus kata sandinya, lalu kirim lagi."
        "This file is locked with a password." "Remove the password and send it again."
    /// Larger than may be sent.
    FileTooLarge "file_too_large"
        "Berkas ini lebih besar dari {max} MiB." "Bagi daftarnya menjadi beberapa berkas."
        "This file is larger than {max} MiB." "Split the list into several files."
    /// Unpacks to more than is read, in bytes, entries or ratio.
    UnpacksTooLarge "unpacks_too_large"
        "Isi berkas ini terlalu besar setelah dibuka." "Hapus lembar, gambar dan format yang tidak perlu, atau kirim sebagai CSV."
        "This file unpacks to more than is read." "Remove sheets, pictures and formats that are not needed, or send CSV."
    /// More rows than are read.
    TooManyRows "too_many_rows"
        "Berkas ini memuat lebih dari {max} baris." "Bagi daftarnya menjadi beberapa berkas."
        "This file holds more than {max} rows." "Split the list into several files."
    /// More columns than are read.
    TooManyColumns "too_many_columns"
        "Baris {row} memuat lebih dari {max} kolom." "Hapus isi di kolom-kolom paling kanan."
        "Row {row} holds more than {max} columns." "Delete what stands in the rightmost columns."
    /// A cell with more text than is read.
    CellTooLong "cell_too_long"
        "Sebuah sel pada baris {row} terlalu panjang." "Singkat isinya; mungkin ada tanda kutip yang tidak ditutup."
        "A cell on row {row} is too long." "Shorten it; perhaps a quotation mark is not closed."
    /// Text in no encoding that is read.
    EncodingUnknown "encoding_unknown"
        "Huruf dalam berkas ini tidak dapat dibaca." "Simpan sebagai CSV UTF-8, atau sebagai XLSX."
        "The letters in this file cannot be read." "Save it as CSV UTF-8, or as XLSX."
    /// No row is a header that the form knows.
    HeaderUnknown "header_unknown"
        "Baris judul kolom tidak ditemukan." "Pakai judul kolom seperti pada contoh, misalnya: {examples}."
        "No row of headers was found." "Use headers as in the template, such as: {examples}."
    /// A required column is not there.
    ColumnMissing "column_missing"
        "Kolom ini tidak ada: {columns}." "Tambahkan kolomnya, dengan judul seperti pada contoh."
        "These columns are missing: {columns}." "Add them, with headers as in the template."
    /// Two columns for one question.
    ColumnTwice "column_twice"
        "Dua kolom menjawab hal yang sama: {first} dan {second}." "Hapus atau ganti nama salah satunya."
        "Two columns answer the same question: {first} and {second}." "Delete or rename one of them."
    /// A list of groups came without its members.
    MembersMissing "members_missing"
        "Daftar anggota kelompok tidak disertakan." "Kirim daftar anggota bersama daftar kelompok."
        "The list of the groups' members is missing." "Send it together with the list of groups."
    /// Members came for a scheme without groups.
    MembersUnexpected "members_unexpected"
        "Program ini tidak memakai daftar anggota." "Kirim daftar penerima saja."
        "This scheme has no list of members." "Send the list of recipients only."
    /// Something that a table has no need of and that could do harm.
    UnsafeContent "unsafe_content"
        "Berkas ini memuat bagian yang tidak diperbolehkan ({kind})." "Salin daftarnya ke berkas baru, lalu kirim lagi."
        "This file holds a part that is not allowed ({kind})." "Copy the list into a new file and send that."
    /// It could not be read, for a reason that its sender cannot see.
    Unreadable "unreadable"
        "Berkas ini tidak dapat dibaca." "Simpan sebagai CSV UTF-8, lalu kirim lagi."
        "This file could not be read." "Save it as CSV UTF-8 and send it again."
}

#[cfg(test)]
mod tests {
    use salur_core::Lang;

    use super::{FileRefusal, RefusalCode};

    #[test]
    fn every_code_has_words_in_both_languages() {
        for code in RefusalCode::ALL {
            for lang in [Lang::Id, Lang::En] {
                let refusal = FileRefusal::new(*code);
                assert!(refusal.message(lang).ends_with('.') && refusal.mend(lang).ends_with('.'), "{code}");
            }
        }
    }
}
