//! What to know of a change, as sentences.

use super::{Words, act_title, date};
use crate::Lang;
use crate::office::Warning;
use crate::roster::{Capacity, Clash};
use crate::world::World;

impl Warning {
    /// The warning as a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang, world: &World) -> String {
        let words = Words { lang };
        let role = |role| world.policy.role_title(role, lang).to_owned();
        let name = |id| world.roster.name(id);
        match self {
            Warning::DutiesMeet { person, scheme, role: taken, clash } => {
                let workflow = world.workflows.current(scheme).map(|it| &**it);
                let Clash { duty, other, theirs } = clash;
                let [duty, theirs] = [duty, theirs].map(|duty| act_title(workflow, duty, lang));
                let (person, taken, other) = (name(*person), role(taken), role(other));
                let title =
                    workflow.map_or_else(|| scheme.to_string(), |it| it.title.in_lang(lang).to_owned());
                say!(
                    words,
                    "{person} akan memegang {taken} dan {other}; dalam {title}, “{duty}” dan “{theirs}” atas satu permohonan harus oleh dua orang, jadi {person} hanya melakukan salah satunya.",
                    "{person} would hold {taken} and {other}; in {title}, “{duty}” and “{theirs}” on one request must be two persons', so {person} does one of them only."
                )
            }
            Warning::Stops { scheme, finding } => {
                let workflow = world.workflows.current(scheme);
                let title =
                    workflow.map_or_else(|| scheme.to_string(), |it| it.title.in_lang(lang).to_owned());
                let stage = finding.stage.as_ref().zip(workflow);
                let stage = stage.map(|(stage, it)| it.stage_title(stage, lang).to_owned());
                let told = if lang == Lang::Id { &finding.id } else { &finding.en };
                match stage {
                    Some(stage) => say!(
                        words,
                        "Yang terhenti, {title}, tahap {stage}: {told}",
                        "What stops, {title}, stage {stage}: {told}"
                    ),
                    None => say!(words, "Yang terhenti, {title}: {told}", "What stops, {title}: {told}"),
                }
            }
            Warning::SeatVacant { title } => {
                let title = title.in_lang(lang);
                say!(words, "Jabatan {title} menjadi kosong.", "The seat {title} becomes vacant.")
            }
            Warning::ActingEnds { person, role: seat, capacity, to_day } => {
                let (person, seat, day) = (name(*person), role(seat), date(*to_day, lang));
                let capacity = match capacity {
                    Capacity::Plt => "Plt",
                    Capacity::Plh => "Plh",
                    Capacity::Pj => "Pj",
                };
                say!(
                    words,
                    "{person} tidak lagi bertindak sebagai {capacity} {seat} (seharusnya sampai {day}).",
                    "{person} no longer acts as {seat} ({capacity}, until {day} on paper)."
                )
            }
            Warning::DelegationEnds { from, to, role: handed, to_day } => {
                let (from, to, handed) = (name(*from), name(*to), role(handed));
                let day = date(*to_day, lang);
                say!(
                    words,
                    "Pelimpahan {handed} dari {from} kepada {to} tidak berlaku lagi (seharusnya sampai {day}).",
                    "What {from} handed to {to} as {handed} counts no more (until {day} on paper)."
                )
            }
            Warning::AbsenceIdle { person, from_day, to_day } => {
                let (person, from, to) = (name(*person), date(*from_day, lang), date(*to_day, lang));
                say!(
                    words,
                    "Ketidakhadiran {person} ({from} sampai {to}) masih tercatat.",
                    "An absence of {person} ({from} to {to}) is still noted."
                )
            }
        }
    }
}
