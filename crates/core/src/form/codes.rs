//! The codes of faults and warnings and their sentences. A code never changes once it is published.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Lang;

/// The sentences of one code; `{word}` stands for an argument of the fault.
#[derive(Debug)]
pub(crate) struct Words {
    id: &'static str,
    id_mend: &'static str,
    en: &'static str,
    en_mend: &'static str,
}

impl Words {
    pub(crate) fn message(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Id => self.id,
            Lang::En => self.en,
        }
    }

    pub(crate) fn mend(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Id => self.id_mend,
            Lang::En => self.en_mend,
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $code:literal $id:literal $id_mend:literal $en:literal $en_mend:literal)*) => {
        /// What may be wrong or odd with a value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FaultCode {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl FaultCode {
            /// Every code.
            pub const ALL: &[FaultCode] = &[$(FaultCode::$name,)*];

            /// The code as programs read it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(FaultCode::$name => $code,)*
                }
            }

            pub(crate) fn words(self) -> &'static Words {
                match self {
                    $(FaultCode::$name => &Words { id: $id, id_mend: $id_mend, en: $en, en_mend: $en_mend },)*
                }
            }
        }
    };
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

codes! {
    /// A required value is not there.
    ValueMissing "value_missing"
        "{field} kosong." "Isi {field}."
        "{field} is empty." "Fill in {field}."
    /// A name is not there.
    NameMissing "name_missing"
        "{field} kosong." "Isi nama seperti pada kartu identitas."
        "{field} is empty." "Fill in the name as on the identity card."
    /// A name holds no letter.
    NameInvalid "name_invalid"
        "{field} tidak memuat huruf: {found}." "Tulis nama dengan huruf."
        "{field} holds no letter: {found}." "Write the name in letters."
    /// A text is longer than is kept.
    TextTooLong "text_too_long"
        "{field} terlalu panjang: {length} huruf, paling banyak {max}." "Singkat isinya."
        "{field} is too long: {length} letters, at most {max}." "Shorten it."
    /// A NIK that cannot be one.
    NikMalformed "nik_malformed"
        "{field} bukan NIK yang sah: {why}." "Salin NIK 16 angka dari kartu identitas."
        "{field} is not a valid NIK: {why}." "Copy the 16 digits of the NIK from the identity card."
    /// A NIK kept as a number: the last digits are lost.
    NikNumber "nik_number"
        "{field} tersimpan sebagai bilangan, sehingga angka terakhirnya sudah hilang." "Ubah kolom menjadi teks, lalu salin ulang NIK dari kartu identitas."
        "{field} was stored as a number, so its last digits are lost." "Format the column as text, then copy the NIK again from the identity card."
    /// The NIK tells another birth date than the row.
    NikBirthDateMismatch "nik_birth_date_mismatch"
        "{field} menyatakan tanggal lahir {told}, tetapi baris ini menulis {written}." "Periksa NIK dan tanggal lahir pada kartu identitas."
        "{field} tells the birth date {told}, but the row says {written}." "Check NIK and birth date on the identity card."
    /// The NIK tells another sex than the row.
    NikSexMismatch "nik_sex_mismatch"
        "{field} tertulis {written}, tetapi NIK menyatakan {told}." "Periksa NIK dan jenis kelamin pada kartu identitas."
        "{field} says {written}, but the NIK tells {told}." "Check NIK and sex on the identity card."
    /// A family card number that cannot be one.
    FamilyCardMalformed "family_card_malformed"
        "{field} bukan nomor KK yang sah: {why}." "Salin 16 angka nomor KK dari kartu keluarga."
        "{field} is not a valid family card number: {why}." "Copy the 16 digits from the family card."
    /// A family card number kept as a number.
    FamilyCardNumber "family_card_number"
        "{field} tersimpan sebagai bilangan, sehingga angka terakhirnya sudah hilang." "Ubah kolom menjadi teks, lalu salin ulang nomor KK."
        "{field} was stored as a number, so its last digits are lost." "Format the column as text, then copy the number again."
    /// Neither male nor female.
    SexInvalid "sex_invalid"
        "{field} bukan L atau P: {found}." "Tulis L untuk laki-laki atau P untuk perempuan."
        "{field} is neither L nor P: {found}." "Write L for male or P for female."
    /// Not a day of the calendar, or in an unknown notation.
    DateInvalid "date_invalid"
        "{field} bukan tanggal yang sah: {found}." "Tulis tanggal sebagai hh/bb/tttt, misalnya 31/12/1980."
        "{field} is not a valid date: {found}." "Write the date as dd/mm/yyyy, such as 31/12/1980."
    /// No region has this code.
    UnknownRegion "unknown_region"
        "{field} {found} tidak berlaku." "Pakai kode wilayah Kemendagri, misalnya 64.72."
        "{field} {found} is no region's code." "Use the ministry's region code, such as 64.72."
    /// A region that this office does not serve.
    RegionNotServed "region_not_served"
        "{field} {found} ({region}) di luar wilayah kerja kantor ini." "Periksa kode wilayah, atau ajukan ke kantor daerah itu."
        "{field} {found} ({region}) is outside the regions this office serves." "Check the code, or apply at that region's office."
    /// A province where a regency is needed.
    RegionTooWide "region_too_wide"
        "{field} {found} baru menyebut provinsi." "Tulis kode kabupaten atau kota, misalnya 64.72."
        "{field} {found} names a province only." "Write the regency's or city's code, such as 64.72."
    /// The region's name is another region's.
    RegionMismatch "region_mismatch"
        "{field} tertulis {found}, tetapi kode {code} ialah {region}." "Samakan kode dan nama wilayah."
        "{field} says {found}, but code {code} is {region}." "Make code and name agree."
    /// No amount can be read, or more than one.
    AmountInvalid "amount_invalid"
        "{field} bukan jumlah rupiah yang jelas: {found}." "Tulis rupiah bulat, misalnya 2500000 atau 2.500.000."
        "{field} is not a clear amount of rupiah: {found}." "Write whole rupiah, such as 2500000 or 2.500.000."
    /// Nothing or less.
    AmountNotPositive "amount_not_positive"
        "{field} harus lebih dari nol: {found}." "Tulis jumlah bantuan yang sebenarnya."
        "{field} must be more than zero: {found}." "Write the true amount."
    /// A bank without a name.
    BankInvalid "bank_invalid"
        "{field} bukan nama bank: {found}." "Tulis nama bank."
        "{field} is not a bank's name: {found}." "Write the bank's name."
    /// An account number that cannot be one.
    AccountMalformed "account_malformed"
        "{field} bukan nomor rekening yang sah: {why}." "Salin nomor rekening dari buku tabungan, angka saja."
        "{field} is not a valid account number: {why}." "Copy the account number from the bank book, digits only."
    /// An account number kept as a number too long to be exact.
    AccountNumber "account_number"
        "{field} tersimpan sebagai bilangan, sehingga angka terakhirnya sudah hilang." "Ubah kolom menjadi teks, lalu salin ulang nomor rekening."
        "{field} was stored as a number, so its last digits are lost." "Format the column as text, then copy the account number again."
    /// Not a whole number above zero.
    CountInvalid "count_invalid"
        "{field} bukan bilangan bulat lebih dari nol: {found}." "Tulis banyaknya dengan angka saja."
        "{field} is not a whole number above zero: {found}." "Write the count in digits only."
    /// Neither yes nor no.
    YesNoInvalid "yes_no_invalid"
        "{field} bukan Y atau T: {found}." "Tulis Y untuk ya atau T untuk tidak."
        "{field} is neither Y nor T: {found}." "Write Y for yes or T for no."
    /// A code without a letter or digit.
    CodeInvalid "code_invalid"
        "{field} bukan kode yang sah: {found}." "Tulis kode dengan huruf dan angka."
        "{field} is not a valid code: {found}." "Write the code in letters and digits."
    /// A tax number that cannot be one.
    TaxNoMalformed "tax_no_malformed"
        "{field} bukan NPWP yang sah: {why}." "Salin 15 atau 16 angka NPWP."
        "{field} is not a valid tax number: {why}." "Copy the 15 or 16 digits of the tax number."
    /// A tax number kept as a number: digits are lost.
    TaxNoNumber "tax_no_number"
        "{field} tersimpan sebagai bilangan, sehingga ada angka yang hilang." "Ubah kolom menjadi teks, lalu salin ulang NPWP."
        "{field} was stored as a number, so digits are lost." "Format the column as text, then copy the tax number again."
    /// A formula, or what is left of one.
    FormulaCell "formula_cell"
        "{field} berisi rumus atau galat rumus: {found}." "Ganti rumus dengan nilainya."
        "{field} holds a formula or a formula's error: {found}." "Replace the formula with its value."
    /// The recipient stands in an earlier row too.
    DuplicateInFile "duplicate_in_file"
        "{field} sudah ada pada baris {row}." "Hapus baris yang ganda, atau perbaiki {field}."
        "{field} is already on row {row}." "Delete the row that is double, or correct {field}."
    /// The recipient already has a request in this scheme and year.
    DuplicateExisting "duplicate_existing"
        "{field} sudah punya permohonan pada program dan tahun ini: {request}." "Buka permohonan itu; jangan ajukan lagi."
        "{field} already has a request in this scheme and year: {request}." "Open that request; do not apply again."
    /// The recipient already has a request in this scheme and year that the sender may not see.
    DuplicateOnRecord "duplicate_on_record"
        "{field} sudah tercatat pada program dan tahun ini." "Jangan ajukan lagi; tanyakan kepada administrator kantor."
        "{field} is already on record in this scheme and year." "Do not apply again; ask the office's administrator."
    /// The sender may enter nobody of this region.
    RegionNotYours "region_not_yours"
        "{field} {found} di luar wilayah tugas pengirim." "Minta petugas wilayah itu mengirim baris ini, atau perbaiki kode wilayahnya."
        "{field} {found} is outside the regions its sender acts for." "Let that region's clerk send this row, or correct the region's code."
    /// The row was sound when it was judged, and was turned away when it was to be entered.
    EntryRefused "entry_refused"
        "Baris ini tidak dapat dimasukkan: {why}." "Atasi sebabnya, lalu kirim baris ini lagi."
        "This row could not be entered: {why}." "Clear the cause and send this row again."
    /// The group states another size than its list of members.
    MemberCountMismatch "member_count_mismatch"
        "{field} tertulis {found}, tetapi daftar anggota memuat {listed}." "Samakan jumlah dengan daftar anggota."
        "{field} says {found}, but the list of members holds {listed}." "Make the count agree with the list of members."
    /// A group without a single member listed.
    MemberMissing "member_missing"
        "Tidak ada anggota kelompok ini dalam daftar anggota." "Tambahkan anggotanya pada daftar anggota."
        "The list of members holds nobody of this group." "Add its members to the list of members."
    /// A person who is a member of an earlier group too.
    MemberInTwoGroups "member_in_two_groups"
        "{field} sudah menjadi anggota kelompok {group} (baris {row})." "Seorang hanya boleh di satu kelompok."
        "{field} is already a member of group {group} (row {row})." "A person may be in one group only."
    /// A leader who is not a member.
    LeaderNotMember "leader_not_member"
        "{field} tidak ada di antara anggota kelompok." "Tambahkan ketua pada daftar anggota, atau perbaiki NIK-nya."
        "{field} is not among the group's members." "Add the leader to the list of members, or correct the NIK."
    /// A member of a group that the list does not have.
    GroupUnknown "group_unknown"
        "Kelompok {found} tidak ada dalam daftar." "Perbaiki kode kelompok, atau tambahkan kelompoknya."
        "Group {found} is not on the list." "Correct the group's code, or add the group."
    /// A field that the form does not have (requests entered by program).
    FieldUnknown "field_unknown"
        "Tidak ada isian bernama {field}." "Hapus isian itu, atau perbaiki namanya."
        "There is no field named {field}." "Remove it, or correct its name."
    /// A value of a kind that the field cannot take (requests entered by program).
    ValueInvalid "value_invalid"
        "{field} harus berupa teks, bilangan atau benar/salah." "Kirim nilai tunggal."
        "{field} must be a text, a number or true/false." "Send a single value."
    /// Warning: the NIK was issued elsewhere.
    NikPrefixForeign "nik_prefix_foreign"
        "{field} diterbitkan di provinsi lain." "Tidak perlu diubah bila sesuai kartu identitas."
        "{field} was issued in another province." "Nothing to do if it agrees with the identity card."
    /// Warning: the NIK's first digits are no region of today.
    NikPrefixUnknown "nik_prefix_unknown"
        "Empat angka pertama {field} bukan kode kabupaten atau kota yang berlaku." "Tidak perlu diubah bila sesuai kartu identitas."
        "The first four digits of {field} are no regency's code of today." "Nothing to do if it agrees with the identity card."
    /// Warning: characters nobody sees were dropped.
    InvisibleCharacters "invisible_characters"
        "{field} memuat karakter tak terlihat; sudah dibuang." "Tidak perlu diubah."
        "{field} held invisible characters; they were dropped." "Nothing to do."
    /// Warning: a day that has not come yet.
    DateInFuture "date_in_future"
        "{field} ada di masa depan: {found}." "Periksa tanggalnya."
        "{field} lies in the future: {found}." "Check the date."
    /// Warning: a day read from a spreadsheet's day number.
    DateFromSerial "date_from_serial"
        "{field} tersimpan sebagai bilangan; dibaca sebagai {date}." "Ubah format kolom menjadi tanggal."
        "{field} was stored as a number; read as {date}." "Format the column as a date."
    /// Warning: an account number stored as a number may have lost zeros in front.
    AccountLeadingZeros "account_leading_zeros"
        "{field} tersimpan sebagai bilangan; nol di depan mungkin hilang." "Cocokkan dengan buku tabungan."
        "{field} was stored as a number; zeros in front may be lost." "Compare it with the bank book."
    /// Warning: a region's name that no region has.
    RegionNameUnknown "region_name_unknown"
        "{field} {found} tidak dikenal; yang dipakai {region}." "Tidak perlu diubah bila kode wilayah benar."
        "{field} {found} is not known; {region} is used." "Nothing to do if the region's code is right."
}
