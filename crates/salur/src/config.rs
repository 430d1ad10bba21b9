//! What an office has of its own instead of what is shipped: `--config` of `salur serve` and `salur setup`. The file is
//! read at the start only; a running server never looks at it again.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use salur_core::RegionCode;
use salur_core::calendar::CalendarError;
use salur_core::form::Regions;
use salur_core::world::Policy;
use salur_demo::shipped::{self, Parts};
use salur_store::{Office, Places};
use serde::Deserialize;

/// Where the office's own data is named.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// The office's zone, province, holidays, policy and regions, where they are not the shipped ones
    /// (docs/serve.example.toml shows one).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Configured {
    /// The office: what is shipped, except for what the file names.
    pub(crate) fn office(&self) -> Result<Office> {
        match &self.config {
            Some(config) => office(config),
            None => Ok(shipped::office()?),
        }
    }
}

/// Paths are relative to the file they stand in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    zone: Option<String>,
    province: Option<RegionCode>,
    holidays: Option<PathBuf>,
    policy: Option<PathBuf>,
    regions: Option<Vec<PathBuf>>,
    key_file: Option<PathBuf>,
    files: Option<PathBuf>,
    readers: Option<u32>,
}

fn office(config: &Path) -> Result<Office> {
    let name = config.display();
    let text = std::fs::read_to_string(config).with_context(|| format!("failed to read {name}"))?;
    let file: ConfigFile = toml::from_str(&text).with_context(|| format!("failed to understand {name}"))?;
    let beside = config.parent().unwrap_or(Path::new(""));
    let mut parts = Parts::shipped()?;
    if let Some(path) = file.holidays {
        let (place, text) = named(config, "holidays", &beside.join(path))?;
        parts.holidays = shipped::holidays(&text).context(place.clone())?;
        if parts.holidays.is_empty() {
            bail!("{place}: it lists no holiday, so that the calendar would cover no year");
        }
    }
    if let Some(path) = file.policy {
        let (place, text) = named(config, "policy", &beside.join(path))?;
        parts.policy = Policy::parse(&text).context(place)?;
    }
    if let Some(paths) = file.regions {
        parts.regions = regions(config, beside, &paths)?;
    }
    if let Some(zone) = file.zone {
        parts.zone = zone;
    }
    if let Some(province) = file.province {
        parts.province = province;
    }
    if parts.regions.name(parts.province.as_str()).is_none() {
        bail!("{name}: `province` is {}, which is not among the regions", parts.province.as_str());
    }
    let places = Places {
        key: file.key_file.map(|path| beside.join(path)),
        files: file.files.map(|path| beside.join(path)),
        readers: file.readers,
    };
    let made = parts.office().map(|office| Office { places, ..office });
    made.map_err(|error| {
        let key = if matches!(error, CalendarError::UnknownZone { .. }) { "zone" } else { "holidays" };
        anyhow::Error::new(error).context(format!("{name}: `{key}`"))
    })
}

/// The lists together; a faulty one is told by its name.
fn regions(config: &Path, beside: &Path, paths: &[PathBuf]) -> Result<Regions> {
    let mut lists = Vec::new();
    for path in paths {
        let (place, text) = named(config, "regions", &beside.join(path))?;
        Regions::parse([text.as_str()]).context(place)?;
        lists.push(text);
    }
    Ok(Regions::parse(lists.iter().map(String::as_str))?)
}

/// A file that a key names: how to speak of it, and what it says.
fn named(config: &Path, key: &str, path: &Path) -> Result<(String, String)> {
    let place = format!("{}: `{key}` names {}", config.display(), path.display());
    let text = std::fs::read_to_string(path).with_context(|| place.clone())?;
    Ok((place, text))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// An office whose folder holds the config and these files.
    fn office_of(config: &str, files: &[(&str, &str)]) -> Result<Office, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("serve.toml", config)].iter().chain(files) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let configured = Configured { config: Some(folder.path().join("serve.toml")) };
        configured.office().map_err(|error| format!("{error:#}"))
    }

    const HOLIDAYS: &str =
        "tanggal,jenis,nama_id,nama_en,pasti\n2031-01-01,libur_nasional,Tahun Baru,New Year,ya\n";
    const REGIONS: &str = "kode,tingkat,nama\n63,provinsi,Kalimantan Selatan\n63.71,kota,Kota Banjarmasin\n";

    #[test]
    fn what_is_not_named_is_what_is_shipped() {
        let office = office_of("", &[]).unwrap();
        assert!(office.calendar.covers(date(2026, 12, 31)));
        assert!(office.regions.read("64.72").is_ok() && office.regions.read("63.71").is_err());
        assert!(office.policy.hold.contains_key("missing_document"));
    }

    #[test]
    fn what_is_named_takes_its_place() {
        let config = r#"
            zone = "Asia/Jakarta"
            province = "63"
            holidays = "days.csv"
            policy = "policy.toml"
            regions = ["regions.csv"]
        "#;
        let policy = "[[freeze]]\nsource = \"SE\"\nfund = \"apbd\"\nfrom = \"2031-01-01\"\nto = \"2031-02-01\"\n\
                      [role]\n[hold]\n";
        let files = [("days.csv", HOLIDAYS), ("policy.toml", policy), ("regions.csv", REGIONS)];
        let office = office_of(config, &files).unwrap();
        assert!(office.calendar.covers(date(2031, 6, 1)) && !office.calendar.covers(date(2026, 6, 1)));
        assert!(office.regions.read("63.71").is_ok() && office.regions.read("64.72").is_err());
        assert_eq!(office.policy.freeze.len(), 1);
        // At 16:30 in UTC it is the next day in Makassar, but not in Jakarta.
        let afternoon = date(2031, 1, 1).at(16, 30, 0, 0).in_tz("UTC").unwrap().timestamp();
        assert_eq!(office.calendar.date_of(afternoon), date(2031, 1, 1));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_file_and_key() {
        for (config, text, told) in [
            ("zone = \"Mars/Base\"", "", vec!["serve.toml", "`zone`", "Mars/Base"]),
            ("province = \"99\"", "", vec!["serve.toml", "`province`", "99"]),
            ("province = 64", "", vec!["serve.toml", "province"]),
            ("holiday = \"x.csv\"", "", vec!["serve.toml", "unknown field `holiday`"]),
            ("holidays = \"none.csv\"", "", vec!["serve.toml", "`holidays`", "none.csv"]),
            ("holidays = \"x\"", "tanggal\nsoon\n", vec!["serve.toml", "`holidays`"]),
            ("holidays = \"x\"", "tanggal,jenis,nama_id,nama_en,pasti\n", vec!["`holidays`", "no holiday"]),
            ("policy = \"x\"", "hold = 1", vec!["serve.toml", "`policy`"]),
            ("regions = [\"x\"]", "kode,tingkat,nama\n??\n", vec!["serve.toml", "`regions`"]),
        ] {
            let found = office_of(config, &[("x", text)]).unwrap_err();
            assert!(told.iter().all(|part| found.contains(part)), "{config}: {found}");
        }
    }

    #[test]
    fn the_example_is_sound() {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/serve.example.toml");
        let written = std::fs::read_to_string(&example).unwrap();
        office(&example).unwrap();
        // Every key that it shows in a comment is read, and what it names is there.
        let shown: Vec<_> = written.lines().filter_map(|line| line.strip_prefix("# ")).collect();
        let keys: Vec<_> = shown.into_iter().filter(|line| line.contains(" = ")).collect();
        let file: ConfigFile = toml::from_str(&keys.join("\n")).unwrap();
        assert!(file.zone.is_some() && file.province.is_some() && file.key_file.is_some());
        assert!(file.files.is_some() && file.readers.is_some());
        let named = file.regions.unwrap().into_iter().chain(file.holidays).chain(file.policy);
        let missing: Vec<_> = named.filter(|path| !example.with_file_name(path).is_file()).collect();
        assert!(keys.len() == 8 && missing.is_empty(), "{keys:?} {missing:?}");
    }
}
