//! Proves that a `[form]` table does not contradict itself before anything is judged by it.

use std::collections::BTreeSet;

use super::define::{Check, Draft, Field, Form, Kind};
use super::header;
use crate::FieldName;

/// Why a `[form]` table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A name that no field has.
    #[error("{place} names the field '{field}', which the form does not have")]
    FieldUnknown {
        /// Where it is named.
        place: &'static str,
        /// The name.
        field: FieldName,
    },
    /// A field of another kind than its place needs.
    #[error("{place} names the field '{field}', which is not of kind {kind:?}")]
    KindWrong {
        /// Where it is named.
        place: &'static str,
        /// The name.
        field: FieldName,
        /// The kind that is needed.
        kind: Kind,
    },
    /// A field that must be required and is not.
    #[error("{place} names the field '{field}', which must be required")]
    NotRequired {
        /// Where it is named.
        place: &'static str,
        /// The name.
        field: FieldName,
    },
    /// Two fields of one name.
    #[error("the field '{field}' is defined twice")]
    FieldTwice {
        /// The name.
        field: FieldName,
    },
    /// A field without headers, or one header for two fields.
    #[error("the field '{field}' has no header of its own: '{header}'")]
    HeaderNotOwn {
        /// The name.
        field: FieldName,
        /// The header, if any.
        header: String,
    },
    /// A name that is not in small letters, digits and underscores.
    #[error("the field name '{field}' is not in snake_case")]
    NameNotSnake {
        /// The name.
        field: FieldName,
    },
    /// More than the 64 columns a file may have.
    #[error("a form has at most 64 fields")]
    TooManyFields,
}

impl TryFrom<Draft> for Form {
    type Error = FormError;

    fn try_from(draft: Draft) -> Result<Form, FormError> {
        let Draft { key, display, amount, region, account, refer_when, fields, checks, members } = draft;
        let form = Form { key, display, amount, region, account, refer_when, fields, checks, members };
        own_names(&form.fields)?;
        form.check_places()?;
        form.check_checks()?;
        form.check_members()?;
        Ok(form)
    }
}

impl Form {
    fn check_places(&self) -> Result<(), FormError> {
        required(&self.fields, "key", &self.key, None)?;
        required(&self.fields, "display", &self.display, None)?;
        required(&self.fields, "amount", &self.amount, Some(Kind::Money))?;
        required(&self.fields, "region", &self.region, Some(Kind::Region))?;
        required(&self.fields, "account.bank", &self.account.bank, Some(Kind::Bank))?;
        required(&self.fields, "account.number", &self.account.number, Some(Kind::Account))?;
        required(&self.fields, "account.holder", &self.account.holder, Some(Kind::Name))?;
        if let Some(refer) = &self.refer_when {
            required(&self.fields, "refer_when", &refer.field, Some(Kind::YesNo))?;
        }
        Ok(())
    }

    fn check_checks(&self) -> Result<(), FormError> {
        for check in &self.checks {
            let (one, other) = match check {
                Check::NikBirthDate { nik, date } => ((nik, Kind::Nik), (date, Kind::Date)),
                Check::NikSex { nik, sex } => ((nik, Kind::Nik), (sex, Kind::Sex)),
                Check::RegionName { region, name } => ((region, Kind::Region), (name, Kind::RegionName)),
            };
            for (name, kind) in [one, other] {
                known(&self.fields, "check", name, Some(kind))?;
            }
        }
        Ok(())
    }

    fn check_members(&self) -> Result<(), FormError> {
        let Some(members) = &self.members else {
            return Ok(());
        };
        own_names(&members.fields)?;
        required(&members.fields, "members.group", &members.group, None)?;
        required(&members.fields, "members.nik", &members.nik, Some(Kind::Nik))?;
        if let Some(count) = &members.count {
            known(&self.fields, "members.count", count, Some(Kind::Count))?;
        }
        if let Some(leader) = &members.leader {
            known(&self.fields, "members.leader", leader, Some(Kind::Nik))?;
        }
        Ok(())
    }
}

fn known<'a>(
    fields: &'a [Field],
    place: &'static str,
    name: &FieldName,
    kind: Option<Kind>,
) -> Result<&'a Field, FormError> {
    let Some(field) = fields.iter().find(|field| field.name == *name) else {
        return Err(FormError::FieldUnknown { place, field: name.clone() });
    };
    match kind {
        Some(kind) if kind != field.kind => Err(FormError::KindWrong { place, field: name.clone(), kind }),
        _ => Ok(field),
    }
}

fn required(
    fields: &[Field],
    place: &'static str,
    name: &FieldName,
    kind: Option<Kind>,
) -> Result<(), FormError> {
    if known(fields, place, name, kind)?.required {
        return Ok(());
    }
    Err(FormError::NotRequired { place, field: name.clone() })
}

/// Names and headers are each one field's own.
fn own_names(fields: &[Field]) -> Result<(), FormError> {
    if fields.len() > 64 {
        return Err(FormError::TooManyFields);
    }
    let mut names = BTreeSet::new();
    let mut headers = BTreeSet::new();
    for field in fields {
        let name = field.name.as_str();
        let is_snake = name.starts_with(|letter: char| letter.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_snake {
            return Err(FormError::NameNotSnake { field: field.name.clone() });
        }
        if !names.insert(name) {
            return Err(FormError::FieldTwice { field: field.name.clone() });
        }
        let not_own =
            |header: &str| FormError::HeaderNotOwn { field: field.name.clone(), header: header.to_owned() };
        if field.headers.is_empty() {
            return Err(not_own(""));
        }
        let mut own = BTreeSet::new();
        for written in &field.headers {
            let header = header::normal(written);
            if header.is_empty() || (headers.contains(&header) && !own.contains(&header)) {
                return Err(not_own(written));
            }
            own.insert(header.clone());
            headers.insert(header);
        }
    }
    Ok(())
}
