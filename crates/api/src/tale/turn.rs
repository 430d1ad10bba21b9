//! What the clock, a repair and a new version did, as sentences.

use salur_core::event::Event;
use salur_core::{Lang, PersonId, Role};

use super::Tale;
use crate::problem::Somebody;
use crate::request_body::somebody;

impl Tale<'_> {
    /// Who did it; what the clock does is nobody's act.
    pub(crate) fn doer(self, id: PersonId) -> Somebody {
        if id.0.is_nil() {
            return Somebody { id: id.0, name: say!(self, "Sistem", "The system") };
        }
        somebody(self.world, id)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "told elsewhere")]
    pub(super) fn turn(self, event: &Event) -> String {
        match event {
            Event::Reminded { stage, role: Some(role) } => {
                let (stage, role) = (self.stage(stage), self.role(role));
                say!(
                    self,
                    "{role} diingatkan: permohonan sudah lama di tahap {stage}.",
                    "Reminder to the {role}: the request has been at the stage {stage} for long."
                )
            }
            Event::Reminded { stage, role: None } => {
                let stage = self.stage(stage);
                say!(
                    self,
                    "Pengingat: permohonan sudah lama di tahap {stage}.",
                    "Reminder: the request has been at the stage {stage} for long."
                )
            }
            Event::Escalated { stage, to } => {
                let (stage, to) = (self.stage(stage), self.role(to));
                say!(
                    self,
                    "Terlalu lama di tahap {stage}: diteruskan kepada {to}.",
                    "Too long at the stage {stage}: brought before the {to}."
                )
            }
            Event::HoldReviewDue { cause } => {
                let known = self.world.policy.hold.get(cause);
                let cause = known.map_or(cause.as_str(), |known| known.title.in_lang(self.lang));
                say!(
                    self,
                    "Penahanan perlu ditinjau lagi: {cause}.",
                    "The hold is to be looked at again: {cause}."
                )
            }
            Event::VerificationExpired(expired) => {
                let (action, to) = (self.action(&expired.action), self.stage(&expired.to));
                say!(
                    self,
                    "Hasil “{action}” lewat masa berlakunya: kembali ke tahap {to}.",
                    "“{action}” holds no longer: back to the stage {to}."
                )
            }
            Event::Repaired(repaired) => {
                let (to, by) = (self.stage(&repaired.to), self.world.roster.name(repaired.asked_by));
                say!(
                    self,
                    "Dikembalikan ke tahap {to} karena macet; diminta oleh {by}, disahkan orang kedua.",
                    "Put back to the stage {to} because it was stuck; asked for by {by}, confirmed by a second person."
                )
            }
            Event::Migrated(migrated) => {
                let (version, to) = (migrated.definition.version, self.stage(&migrated.to));
                if migrated.from == migrated.to {
                    return say!(
                        self,
                        "Memakai alur versi {version}; tetap di tahap {to}.",
                        "Runs under version {version} of the workflow; it stays at the stage {to}."
                    );
                }
                say!(
                    self,
                    "Memakai alur versi {version}; pindah ke tahap {to}.",
                    "Runs under version {version} of the workflow; it moves to the stage {to}."
                )
            }
            other => other.kind().to_owned(),
        }
    }

    fn role(self, role: &Role) -> String {
        let known = self.world.policy.role.get(role);
        known.map_or_else(|| role.to_string(), |title| title.in_lang(self.lang).to_owned())
    }
}
