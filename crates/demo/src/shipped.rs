//! What the product ships besides its program: working days, the office's words, regions, definitions. Read into the
//! binary, so that a server starts without a folder beside it.

use std::sync::Arc;

use salur_core::RegionCode;
use salur_core::calendar::{Calendar, CalendarError, Holiday};
use salur_core::form::Regions;
use salur_core::world::Policy;
use salur_store::Office;
use serde::Deserialize;

use crate::DemoError;

/// The office's time zone: WITA.
pub const ZONE: &str = "Asia/Makassar";
/// The province the office serves.
pub const SERVED: &str = "64";

const HOLIDAYS: &str = include_str!("../../../data/holidays/id_libur_2024_2027.csv");
const POLICY: &str = include_str!("../../../data/policy.toml");
const REGENCIES: &str = include_str!("../../../data/regions/provinsi_kabupaten_kota.csv");
const VILLAGES: &str = include_str!("../../../data/regions/kaltim_64_semua_tingkat.csv");
pub(crate) const NAMES: &str = include_str!("../../../data/names/faker_id_ID_names.json");

/// What an office is made of. Start from [`Parts::shipped`] and put something else where the office has its own.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Its time zone, an IANA name.
    pub zone: String,
    /// The region it serves.
    pub province: RegionCode,
    /// Its days off: they say which years its calendar covers.
    pub holidays: Vec<Holiday>,
    /// Its words, causes and freezes.
    pub policy: Policy,
    /// The regions of the country.
    pub regions: Regions,
}

impl Parts {
    /// The parts that are shipped.
    pub fn shipped() -> Result<Parts, DemoError> {
        Ok(Parts {
            zone: ZONE.to_owned(),
            province: SERVED.into(),
            holidays: holidays(HOLIDAYS)?,
            policy: Policy::parse(POLICY)?,
            regions: Regions::parse([REGENCIES, VILLAGES])?,
        })
    }

    /// The office they make.
    pub fn office(self) -> Result<Office, CalendarError> {
        let years = self.holidays.iter().map(|holiday| holiday.date.year());
        let first = years.clone().min().unwrap_or_default();
        let last = years.max().unwrap_or_default();
        Ok(Office {
            calendar: Arc::new(Calendar::new(&self.zone, self.holidays, first..=last)?),
            policy: Arc::new(self.policy),
            regions: Arc::new(self.regions.serving(self.province)),
            places: salur_store::Places::default(),
        })
    }
}

/// Reads a table of days off: `tanggal,jenis,nama_id,nama_en,pasti`.
pub fn holidays(table: &str) -> Result<Vec<Holiday>, csv::Error> {
    csv::Reader::from_reader(table.as_bytes()).deserialize().collect()
}

/// The office that is shipped: its calendar, its policy, its regions.
pub fn office() -> Result<Office, DemoError> {
    Ok(Parts::shipped()?.office()?)
}

/// The definitions that are shipped, as text.
#[must_use]
pub fn definitions() -> [&'static str; 4] {
    [
        include_str!("../../../workflows/disaster.toml"),
        include_str!("../../../workflows/kube.toml"),
        include_str!("../../../workflows/lks.toml"),
        include_str!("../../../workflows/wrse.toml"),
    ]
}

/// A regency or city that is served, with the people who live in it and its villages.
#[derive(Debug, Clone)]
pub(crate) struct Regency {
    pub(crate) code: RegionCode,
    pub(crate) name: String,
    pub(crate) people: u64,
    pub(crate) villages: Vec<Village>,
}

/// A village and its district.
#[derive(Debug, Clone)]
pub(crate) struct Village {
    pub(crate) name: String,
    pub(crate) district: String,
}

#[derive(Deserialize)]
struct RegencyRow {
    kode: String,
    nama: String,
    penduduk: Option<u64>,
}

#[derive(Deserialize)]
struct VillageRow {
    kode: String,
    tingkat: String,
    nama: String,
}

/// The regencies and cities that the office serves.
pub(crate) fn regencies() -> Result<Vec<Regency>, DemoError> {
    let rows: Vec<RegencyRow> =
        csv::Reader::from_reader(REGENCIES.as_bytes()).deserialize().collect::<Result<_, _>>()?;
    let served = RegionCode::from(SERVED);
    let mut regencies: Vec<Regency> = rows
        .into_iter()
        .map(|row| (RegionCode::from(row.kode.as_str()), row))
        .filter(|(code, _)| *code != served && code.is_within(&served))
        .map(|(code, row)| Regency {
            code,
            name: row.nama,
            people: row.penduduk.unwrap_or(1),
            villages: Vec::new(),
        })
        .collect();
    let mut district = String::new();
    for row in csv::Reader::from_reader(VILLAGES.as_bytes()).deserialize() {
        let VillageRow { kode, tingkat, nama } = row?;
        match tingkat.as_str() {
            "kecamatan" => district = format!("Kec. {nama}"),
            "kelurahan_desa" => {
                let code = RegionCode::from(kode.as_str());
                if let Some(regency) = regencies.iter_mut().find(|regency| code.is_within(&regency.code)) {
                    regency.villages.push(Village { name: nama, district: district.clone() });
                }
            }
            _ => {}
        }
    }
    Ok(regencies)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use salur_core::workflow::Workflow;

    use super::*;

    #[test]
    fn what_is_shipped_holds_together() {
        let office = office().unwrap();
        assert!(!office.calendar.is_working_day(date(2026, 3, 19)));
        assert!(office.policy.hold.contains_key("missing_document"));
        assert_eq!(office.regions.name("64.72"), Some("Kota Samarinda"));
        assert_eq!(office.regions.read("64.72.01.1001").unwrap().as_str(), "64.72.01.1001");
        for text in definitions() {
            Workflow::parse(text).unwrap();
        }
    }

    #[test]
    fn ten_regencies_have_people_and_villages() {
        let regencies = regencies().unwrap();
        assert_eq!(regencies.len(), 10);
        assert_eq!(regencies.iter().map(|regency| regency.people).sum::<u64>(), 4_085_672 + 37_631);
        assert!(regencies.iter().all(|regency| regency.villages.len() > 10));
    }
}
