//! Why a decree is not signed under a number or date, why a bank's results are not an order's, who is in already.

use super::Telling;
use crate::Lang;
use crate::refusal::Why;
use crate::words::date as day;

impl Telling<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "told elsewhere")]
    pub(super) fn list(&self, why: &Why) -> String {
        let words = self.words;
        match why {
            Why::DateAhead { date, today } => {
                let (date, today) = (day(*date, words.lang), day(*today, words.lang));
                say!(
                    words,
                    "Tanggal {date} belum tiba; hari ini {today}.",
                    "{date} has not come yet; today is {today}."
                )
            }
            Why::DateBeforeDraft { date, drafted } => {
                let (date, drafted) = (day(*date, words.lang), day(*drafted, words.lang));
                say!(
                    words,
                    "Tanggal {date} mendahului daftarnya, yang dibekukan {drafted}.",
                    "{date} lies before the list was frozen, on {drafted}."
                )
            }
            Why::DecreeNumberTaken { number, decree } => say!(
                words,
                "Nomor {number} sudah dipakai SK lain pada tahun itu ({decree}); beri nomor lain.",
                "Another decree of that year has the number {number} ({decree}); give this one another."
            ),
            Why::Sp2dNumberTaken { number, order } => say!(
                words,
                "SP2D nomor {number} sudah dicatat pada perintah pembayaran lain pada tahun itu ({order}); periksa lagi nomornya.",
                "Another payment order of that year has the SP2D number {number} ({order}); check the number."
            ),
            Why::OtherOrder { found, current } => say!(
                words,
                "Hasil ini milik perintah lain ({found}), bukan perintah ini ({current}); tidak ada yang dicatat.",
                "These are another order's results ({found}), not this one's ({current}); nothing is recorded."
            ),
            Why::ResultsUnbound { other } => say!(
                words,
                "Berkas ini tidak menyebut perintahnya, dan perintah {other} juga menunggu hasil bank; sertakan kolom request, atau sidik daftar perintah ini.",
                "This file names no order, and order {other} waits for the bank as well; add the column request, or this order's digest."
            ),
            Why::NotOnLine { line, request } => say!(
                words,
                "Baris {line} perintah ini bukan permohonan {request}; ini berkas perintah lain, dan tidak ada yang dicatat.",
                "Line {line} of this order is not request {request}; the file is another order's, and nothing is recorded."
            ),
            Why::DuplicateExisting { request: Some(request) } => say!(
                words,
                "Penerima ini sudah terdaftar pada program dan tahun yang sama: {request}.",
                "This recipient is in already, for the same scheme and year: {request}."
            ),
            Why::DuplicateExisting { request: None } => say!(
                words,
                "Penerima ini sudah terdaftar pada program dan tahun yang sama.",
                "This recipient is in already, for the same scheme and year."
            ),
            other => other.code().to_owned(),
        }
    }
}
