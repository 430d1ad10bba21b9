//! What is told of a drawing, in both languages.

use serde::Serialize;

use super::ReadErrorCode;
use super::model::Named;

/// What becomes of a part of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// It is in the draft.
    Maps,
    /// It has no place in a workflow here.
    Lost,
    /// People have to say.
    Decide,
}

/// What becomes of one part of the drawing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// A stable code.
    pub code: &'static str,
    /// What becomes of it.
    pub kind: NoteKind,
    /// The element's id in the file; empty where the whole drawing is meant.
    pub element: String,
    /// The line it stands in, 0 for the whole drawing.
    pub line: u32,
    /// The sentence in English.
    pub en: String,
    /// The sentence in Indonesian.
    pub id: String,
}

/// Sentences by code; `{}` is what the element is called, `{more}` what is known besides.
#[rustfmt::skip]
const SENTENCES: &[(&str, NoteKind, &str, &str)] = &[
    ("task_stage", NoteKind::Maps, "“{}” becomes a stage, served by the role `{more}`.", "“{}” menjadi tahap, dilayani peran `{more}`."),
    ("lane_role", NoteKind::Maps, "The lane “{}” becomes the role `{more}`.", "Lajur “{}” menjadi peran `{more}`."),
    ("group_role", NoteKind::Maps, "The group that may take “{}” on becomes the role `{more}`.", "Kelompok yang boleh mengerjakan “{}” menjadi peran `{more}`."),
    ("group_expression", NoteKind::Decide, "Who may take “{}” on is an expression ({more}), which says nothing here: name the role.", "Yang boleh mengerjakan “{}” berupa ekspresi ({more}) yang tidak bermakna di sini: sebutkan perannya."),
    ("role_unheld", NoteKind::Decide, "The office knows no role `{more}` (from “{}”): nobody could act in it. Use one of its own, or add it to the policy.", "Kantor tidak mengenal peran `{more}` (dari “{}”): tidak ada yang dapat memegangnya. Pakai peran yang ada, atau tambahkan ke kebijakan."),
    ("service_payment", NoteKind::Decide, "“{}” is done by a machine and seems to pay: it is kept as a stage, since here people pay, by payment order; say who.", "“{}” dikerjakan mesin dan tampaknya membayar: tetap menjadi tahap, karena di sini orang yang membayar lewat perintah bayar; tentukan siapa."),
    ("gateway_actions", NoteKind::Maps, "The ways out of the gateway “{}” become actions of the stage before it.", "Cabang dari gateway “{}” menjadi tindakan di tahap sebelumnya."),
    ("end_end", NoteKind::Maps, "The end “{}” becomes an end of the kind `{more}`; say whether that is so.", "Akhir “{}” menjadi akhir jenis `{more}`; pastikan itu benar."),
    ("subprocess_opened", NoteKind::Maps, "The sub-process “{}” is opened: its tasks become stages of the one way.", "Subproses “{}” dibuka: tugas di dalamnya menjadi tahap di satu alur."),
    ("parallel_gateway", NoteKind::Lost, "The parallel gateway “{}” has no place: a request is at one stage at a time. Let several persons sign at one stage instead (`persons`).", "Gateway paralel “{}” tidak ada padanannya: permohonan berada di satu tahap saja. Gunakan beberapa orang yang menyetujui di satu tahap (`persons`)."),
    ("inclusive_gateway", NoteKind::Lost, "The inclusive gateway “{}” is read as an exclusive one: one way is taken at a time.", "Gateway inklusif “{}” dibaca sebagai eksklusif: satu cabang saja yang ditempuh."),
    ("event_gateway", NoteKind::Lost, "The event-based gateway “{}” is read as a choice that a person makes.", "Gateway berbasis peristiwa “{}” dibaca sebagai pilihan oleh orang."),
    ("complex_gateway", NoteKind::Lost, "The complex gateway “{}” is read as an exclusive one; write its rule as a guard.", "Gateway kompleks “{}” dibaca sebagai eksklusif; tulis aturannya sebagai syarat (`guard`)."),
    ("service_task", NoteKind::Lost, "“{}” is done by a machine: the way goes past it. What it sends or checks belongs to the outbox or the form.", "“{}” dikerjakan mesin: alur melewatinya. Yang dikirim atau diperiksa masuk ke outbox atau formulir."),
    ("script_task", NoteKind::Lost, "The script “{}” is left out: no definition holds program text.", "Skrip “{}” dihilangkan: definisi tidak memuat kode program."),
    ("rule_task", NoteKind::Lost, "The rule “{}” is left out: write it as a guard of an action.", "Aturan “{}” dihilangkan: tulis sebagai syarat (`guard`) tindakan."),
    ("send_task", NoteKind::Lost, "“{}” sends a message: messages go out by themselves at each step.", "“{}” mengirim pesan: pesan keluar otomatis di setiap langkah."),
    ("receive_task", NoteKind::Lost, "“{}” waits for somebody outside: a request waits there on hold, with a cause.", "“{}” menunggu pihak luar: permohonan ditunda (hold) dengan sebab."),
    ("timer_event", NoteKind::Lost, "The timer “{}” is left out: a stage's `sla` says how soon, and what is late shows as overdue.", "Timer “{}” dihilangkan: `sla` tahap menyatakan batas waktu, dan yang terlambat tampak lewat batas."),
    ("boundary_event", NoteKind::Lost, "The event “{}” on a task's edge is left out, with the way it starts; write it as an action if a person takes it.", "Peristiwa “{}” di tepi tugas dihilangkan beserta alurnya; tulis sebagai tindakan bila dilakukan orang."),
    ("intermediate_event", NoteKind::Lost, "The event “{}” on the way is left out.", "Peristiwa “{}” di tengah alur dihilangkan."),
    ("event_subprocess", NoteKind::Lost, "The sub-process “{}”, which an event starts, is left out.", "Subproses “{}” yang dipicu peristiwa dihilangkan."),
    ("message_flow", NoteKind::Lost, "The message flow “{}” between pools is left out.", "Alur pesan “{}” antar-pool dihilangkan."),
    ("other_process", NoteKind::Lost, "The process “{}” is left out: the one with the most tasks is read.", "Proses “{}” dihilangkan: yang dibaca adalah proses dengan tugas terbanyak."),
    ("annotation", NoteKind::Lost, "The remark “{}” is left out; keep it as a comment if it matters.", "Catatan “{}” dihilangkan; simpan sebagai komentar bila penting."),
    ("repeats", NoteKind::Lost, "“{}” is done several times over: here once for each request. Several persons are said by `persons`.", "“{}” dikerjakan berulang: di sini sekali untuk setiap permohonan. Beberapa orang dinyatakan dengan `persons`."),
    ("call_activity", NoteKind::Decide, "“{}” is drawn elsewhere: it becomes one stage; say whether it is more.", "“{}” digambar di tempat lain: menjadi satu tahap; pastikan apakah lebih."),
    ("unreachable", NoteKind::Lost, "Nothing leads to “{}” from the start; it is left out.", "Tidak ada alur dari awal ke “{}”; dihilangkan."),
    ("flow_broken", NoteKind::Lost, "The flow “{}” starts or ends at nothing; it is left out.", "Alur “{}” berawal atau berakhir di tempat yang tidak ada; dihilangkan."),
    ("id_twice", NoteKind::Lost, "Two elements have the id of “{}”; flows go to the first.", "Dua elemen memakai id “{}”; alur menuju yang pertama."),
    ("condition_text", NoteKind::Decide, "The condition of “{}” is kept as a comment: {more}. Write it as a guard over fields that an action needs.", "Syarat “{}” disimpan sebagai komentar: {more}. Tulis sebagai `guard` atas isian yang diminta tindakan."),
    ("lane_missing", NoteKind::Decide, "“{}” stands in no lane: say which role serves it.", "“{}” tidak berada di lajur mana pun: tentukan peran yang melayani."),
    ("lanes_missing", NoteKind::Decide, "The drawing has no lanes: say for each stage which role serves it.", "Gambar tidak punya lajur: tentukan peran yang melayani setiap tahap."),
    ("several_starts", NoteKind::Decide, "There are several starts: requests enter at “{}”; say whether that is so.", "Ada beberapa awal: permohonan masuk di “{}”; pastikan itu benar."),
    ("rework", NoteKind::Decide, "“{}” leads back: say how often at most (`max_visits`).", "“{}” mengarah kembali: tentukan paling banyak berapa kali (`max_visits`)."),
    ("end_missing", NoteKind::Decide, "The way ends at “{}” without an end event; the draft adds one.", "Alur berhenti di “{}” tanpa peristiwa akhir; draf menambahkannya."),
    ("approval_guessed", NoteKind::Decide, "“{}” is taken for the action that approves; say whether that is so, and whether it goes by decree.", "“{}” dianggap tindakan yang menyetujui; pastikan itu benar dan apakah lewat SK."),
    ("approval_undecided", NoteKind::Decide, "Nothing in the drawing says which action approves: give one the kind `approval`.", "Gambar tidak menyatakan tindakan mana yang menyetujui: beri satu tindakan jenis `approval`."),
    ("payment_guessed", NoteKind::Decide, "“{}” is taken for the action that pays; say whether that is so, and whether it goes by payment order.", "“{}” dianggap tindakan yang membayar; pastikan itu benar dan apakah lewat perintah bayar."),
    ("payment_undecided", NoteKind::Decide, "Nothing in the drawing says which action pays: give one the kind `payment`.", "Gambar tidak menyatakan tindakan mana yang membayar: beri satu tindakan jenis `payment`."),
    ("form_missing", NoteKind::Decide, "No drawing says what is asked about a recipient: the draft's form is a stand-in.", "Gambar tidak menyatakan apa yang ditanyakan tentang penerima: formulir di draf hanya pengganti sementara."),
    ("duties_guessed", NoteKind::Decide, "Who must differ from whom is a proposal: every step on the way to the money by another person.", "Siapa yang harus berbeda adalah usulan: setiap langkah menuju pembayaran oleh orang yang berbeda."),
    ("texts_once", NoteKind::Decide, "The drawing's words stand for both languages; translate them.", "Kata-kata gambar dipakai untuk kedua bahasa; terjemahkan."),
    ("too_many_stages", NoteKind::Decide, "The draft has more stages or actions than a definition may ({more}): join some.", "Draf memuat lebih banyak tahap atau tindakan daripada yang diizinkan ({more}): gabungkan sebagian."),
];

/// A note of this code on an element.
pub(super) fn note(code: &'static str, on: &Named, more: &str) -> Note {
    let found = SENTENCES.iter().find(|(known, ..)| *known == code);
    let (_, kind, en, id) = found.copied().unwrap_or((code, NoteKind::Decide, "{}", "{}"));
    let name = if on.name.is_empty() { &on.id } else { &on.name };
    // The parts are put together once, so that a name with braces in it stays a name.
    let fill = |sentence: &str| {
        let (before, after) = sentence.split_once("{}").unwrap_or((sentence, ""));
        let rest = |part: &str| match part.split_once("{more}") {
            Some((before, after)) => format!("{before}{more}{after}"),
            None => part.to_owned(),
        };
        if sentence.contains("{}") {
            format!("{}{name}{}", rest(before), rest(after))
        } else {
            rest(sentence)
        }
    };
    Note { code, kind, element: on.id.clone(), line: on.line, en: fill(en), id: fill(id) }
}

/// Why a file is refused, in Indonesian and in English.
pub(super) fn refusal(code: ReadErrorCode) -> (String, String) {
    let (id, en) = match code {
        ReadErrorCode::FileTooLarge => ("Berkas lebih besar dari 1 MB.", "The file is larger than 1 MB."),
        ReadErrorCode::EncodingUnknown => (
            "Berkas bukan teks UTF-8; simpan ulang sebagai UTF-8.",
            "The file is not UTF-8 text; save it as UTF-8.",
        ),
        ReadErrorCode::XmlBroken => (
            "Berkas bukan XML yang utuh: rusak atau terpotong di sini.",
            "The file is no sound XML: it is damaged here, or ends too soon.",
        ),
        ReadErrorCode::DoctypeRefused => (
            "Berkas memakai DOCTYPE atau entitas sendiri; itu tidak dibaca.",
            "The file has a document type or an entity of its own; neither is read.",
        ),
        ReadErrorCode::TooDeep => ("Elemen bersarang terlalu dalam.", "Its elements are nested too deep."),
        ReadErrorCode::TooManyElements => (
            "Gambar terlalu besar: elemen, tugas atau alurnya terlalu banyak.",
            "The drawing is too large: it has too many elements, tasks or flows.",
        ),
        ReadErrorCode::NotBpmn => (
            "Berkas bukan model BPMN 2.0 (`definitions` dengan sebuah proses).",
            "The file is no BPMN 2.0 model (`definitions` with a process).",
        ),
        ReadErrorCode::NothingToDo => (
            "Gambar tidak memuat tugas yang dikerjakan orang dari awal alur.",
            "The drawing has no task that people do on a way from its start.",
        ),
    };
    (id.to_owned(), en.to_owned())
}
