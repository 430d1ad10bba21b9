//! The words of the proof.

use super::Words;
use crate::Lang;

impl Words {
    pub(crate) fn at_least(self, persons: usize) -> String {
        let noun = if persons == 1 { "person" } else { "different persons" };
        say!(
            self,
            "Setiap jalan menuju pembayaran memerlukan sedikitnya {persons} orang yang berbeda.",
            "At least {persons} {noun} on every way to a payment."
        )
    }
    pub(crate) fn too_few_on_a_way(self, persons: usize, need: usize, story: &str) -> String {
        say!(
            self,
            "Dijanjikan {need} orang yang berbeda, tetapi {persons} orang cukup untuk satu pembayaran: {story}.",
            "{need} different persons are promised, but {persons} can bring a payment about: {story}."
        )
    }
    pub(crate) fn not_proved(self) -> String {
        say!(
            self,
            "Jalannya terlalu banyak sehingga tidak ada yang terbukti.",
            "There are too many ways to prove anything about them."
        )
    }
    pub(crate) fn no_way(self) -> String {
        say!(self, "Tidak ada jalan menuju pembayaran.", "No way leads to a payment.")
    }
    pub(crate) fn contradiction(self, acts: &str) -> String {
        say!(
            self,
            "Jalan ini tidak dapat ditempuh siapa pun, karena satu orang harus sekaligus berbeda dari dirinya: {acts}.",
            "Nobody can go this way, because one person would have to differ from themselves: {acts}."
        )
    }
    pub(crate) fn collusion(self, by_grants: usize, by_any_means: usize) -> String {
        say!(
            self,
            "Jika administrator menyalahgunakan pemberian peran, {by_grants} orang harus bersekongkol; dengan \
             menerbitkan alur lain atau mendaftarkan orang yang tidak ada, {by_any_means} orang.",
            "If administrators abused what they may grant, {by_grants} persons would have to work together; by \
             publishing another definition or registering persons who do not exist, {by_any_means}."
        )
    }

    pub(crate) fn and_more(self, first: &str, more: usize) -> String {
        if more == 0 {
            return first.to_owned();
        }
        say!(self, "{first}, dan {more} lainnya", "{first}, and {more} more")
    }
    pub(crate) fn nobody_for(self, act: &str, persons: u32, regions: &str) -> String {
        if persons > 1 {
            return say!(
                self,
                "“{act}” memerlukan {persons} orang, dan yang boleh tidak sebanyak itu di wilayah {regions}.",
                "“{act}” takes {persons} persons, and there are not so many who may in {regions}."
            );
        }
        say!(
            self,
            "Tidak ada orang yang boleh melakukan “{act}” di wilayah {regions}.",
            "There is nobody who may do “{act}” in {regions}."
        )
    }
    pub(crate) fn not_enough_people(self, regions: &str, names: &str) -> String {
        say!(
            self,
            "Setiap tindakan ada petugasnya, tetapi tidak cukup orang yang berbeda untuk satu permohonan di wilayah \
             {regions}: semuanya bertumpu pada {names}.",
            "Every act has somebody, but there are not different persons enough for one request in {regions}: it \
             all rests on {names}."
        )
    }
    pub(crate) fn stops_without(self, name: &str, act: Option<&str>, regions: &str) -> String {
        match act {
            Some(act) => say!(
                self,
                "Jika {name} tidak masuk, “{act}” terhenti di wilayah {regions}.",
                "If {name} is away, “{act}” stops in {regions}."
            ),
            None => say!(
                self,
                "Jika {name} tidak masuk, orang yang berbeda tidak cukup untuk satu permohonan di wilayah {regions}.",
                "If {name} is away, there are not different persons enough for one request in {regions}."
            ),
        }
    }
}
