//! What events and the things they are about are called.

use salur_core::Lang;

/// Events.
const KINDS: &[(&str, &str, &str)] = &[
    ("entered", "dimasukkan", "entered"),
    ("advanced", "maju pada alurnya", "advanced on its way"),
    ("amended", "isiannya diperbaiki", "facts amended"),
    ("corrected", "rekeningnya dibetulkan", "account corrected"),
    ("endorsed", "disetujui salah satu orang", "agreed to by one person"),
    ("held", "ditahan", "put on hold"),
    ("resumed", "dilanjutkan", "resumed"),
    ("claimed", "diambil", "claimed"),
    ("released", "dilepas", "released"),
    ("commented", "diberi catatan", "commented on"),
    ("attached", "dilampiri berkas", "file attached"),
    ("listed", "masuk rancangan SK", "put on a draft decree"),
    ("unlisted", "keluar dari rancangan SK", "taken off a draft decree"),
    ("ordered", "masuk perintah pembayaran", "put on a payment order"),
    ("order_worked", "dikerjakan pada perintah pembayaran", "worked on in a payment order"),
    ("unordered", "keluar dari perintah pembayaran", "taken off a payment order"),
    ("payment_failed", "pembayarannya gagal", "payment failed"),
    ("payment_unknown", "pembayarannya belum pasti", "payment unknown"),
    ("incident_opened", "insiden pembayaran dibuka", "payment incident opened"),
    ("ruled_unpaid", "dinyatakan belum dibayar", "ruled unpaid"),
    ("ruled_paid_twice", "dinyatakan dibayar dua kali", "ruled paid twice"),
    ("reminded", "diingatkan", "reminded"),
    ("escalated", "dinaikkan", "escalated"),
    ("hold_review_due", "penahanannya perlu dilihat", "hold due for a look"),
    ("verification_expired", "hasil pemeriksaannya kedaluwarsa", "check ran out"),
    ("repaired", "dipindahkan dua orang", "repaired by two persons"),
    ("migrated", "dipindahkan ke versi baru", "moved to a later version"),
    ("decree_drafted", "rancangan SK disusun", "decree drafted"),
    ("decree_struck", "baris SK dicoret", "decree lines struck"),
    ("decree_signed", "SK ditandatangani", "decree signed"),
    ("decree_cancelled", "rancangan SK dibatalkan", "draft decree given up"),
    ("order_drafted", "perintah pembayaran disusun", "payment order drafted"),
    ("order_exported", "berkas bank diambil", "bank file fetched"),
    ("order_sp2d_entered", "SP2D dicatat", "SP2D entered"),
    ("order_results_taken", "hasil bank dicatat", "bank results taken"),
    ("order_cancelled", "perintah pembayaran dibatalkan", "payment order given up"),
    ("proposal_made", "perubahan diusulkan", "change proposed"),
    ("proposal_confirmed", "usulan dikonfirmasi", "proposal confirmed"),
    ("proposal_declined", "usulan ditolak", "proposal declined"),
    ("proposal_withdrawn", "usulan ditarik", "proposal withdrawn"),
    ("person_registered", "orang didaftarkan", "person registered"),
    ("person_dismissed", "orang keluar dari kantor", "person left"),
    ("role_granted", "peran diberikan", "role granted"),
    ("role_revoked", "peran dicabut", "role revoked"),
    ("office_set", "jabatan dicatat", "seat set"),
    ("acting_set", "pelaksana ditetapkan", "acting officer named"),
    ("acting_ended", "penugasan pelaksana diakhiri", "acting officer ended"),
    ("delegation_ended", "delegasi diakhiri", "delegation ended"),
    ("absence_noted", "ketidakhadiran dicatat", "absence noted"),
    ("absence_ended", "ketidakhadiran diakhiri", "absence ended"),
    ("freeze_set", "dana dibekukan", "fund frozen"),
    ("freeze_lifted", "pembekuan dicabut", "freeze lifted"),
    ("ceiling_revised", "pagu diubah", "ceiling revised"),
    ("definition_published", "definisi alur diterbitkan", "definition published"),
    ("session_opened", "masuk", "signed in"),
    ("session_ended", "keluar", "signed out"),
    ("link_made", "tautan sekali pakai dibuat", "one-time link made"),
    ("account_made", "akun dibuat", "account made"),
    ("password_set", "kata sandi dibuat", "password set"),
    ("password_changed", "kata sandi diganti", "password changed"),
    ("password_rehashed", "kata sandi disegel ulang", "password sealed anew"),
    ("totp_set", "kode sekali pakai dipasang", "one-time codes set up"),
    ("totp_removed", "kode sekali pakai dihapus", "one-time codes removed"),
    ("passkey_added", "passkey ditambah", "passkey added"),
    ("passkey_removed", "passkey dihapus", "passkey removed"),
    ("recovery_codes_made", "kode pemulihan dibuat", "recovery codes made"),
    ("recovery_code_used", "kode pemulihan dipakai", "recovery code used"),
    ("stepped_up", "membuktikan diri dengan faktor kedua", "second factor shown"),
    ("token_made", "token program dibuat", "token of a program made"),
    ("delegation_made", "peran didelegasikan", "role delegated"),
    ("import_judged", "daftar diperiksa", "list checked"),
    ("import_done", "daftar dimasukkan", "list entered"),
    ("import_failed", "daftar tidak terpakai", "list of no use"),
    ("faulty_rows_read", "baris yang salah dibaca", "faulty rows read"),
    ("bank_file_read", "berkas bank dibaca", "bank file read"),
    ("attachment_read", "lampiran dibaca", "attachment read"),
    ("year_archived", "satu tahun diarsipkan", "year archived"),
    ("office_founded", "kantor didirikan", "office founded"),
    ("assertion_kept", "tanda tangan passkey disimpan", "passkey signature kept"),
];

/// Things.
const SUBJECTS: &[(&str, &str, &str)] = &[
    ("request", "permohonan", "request"),
    ("decree", "SK", "decree"),
    ("payment_order", "perintah pembayaran", "payment order"),
    ("proposal", "usulan", "proposal"),
    ("person", "orang", "person"),
    ("office", "jabatan", "seat"),
    ("acting", "pelaksana", "acting officer"),
    ("delegation", "delegasi", "delegation"),
    ("absence", "ketidakhadiran", "absence"),
    ("freeze", "pembekuan", "freeze"),
    ("budget_line", "mata anggaran", "budget line"),
    ("definition", "definisi alur", "definition"),
    ("reading", "pembacaan", "reading"),
    ("session", "sesi", "session"),
    ("account", "akun", "account"),
    ("archive", "arsip", "archive"),
    ("import", "impor", "import"),
    ("link", "tautan", "link"),
];

/// What an event is called; one that has no words here yet is told by its name, its words apart.
pub(super) fn kind(name: &str, lang: Lang) -> String {
    named(KINDS, name, lang)
}

/// What a thing is called.
pub(super) fn subject(name: &str, lang: Lang) -> String {
    named(SUBJECTS, name, lang)
}

fn named(table: &[(&str, &str, &str)], name: &str, lang: Lang) -> String {
    let known = table.iter().find(|(known, ..)| *known == name);
    known.map_or_else(
        || name.replace('_', " "),
        |(_, id, en)| match lang {
            Lang::Id => (*id).to_owned(),
            Lang::En => (*en).to_owned(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_in_words_of_the_reader_s_language() {
        assert_eq!(kind("decree_signed", Lang::Id), "SK ditandatangani");
        assert_eq!(kind("decree_signed", Lang::En), "decree signed");
        assert_eq!(subject("payment_order", Lang::Id), "perintah pembayaran");
        assert_eq!(kind("something_new", Lang::Id), "something new");
    }
}
