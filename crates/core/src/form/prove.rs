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
        match form.faults().into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(form),
        }
    }
}

impl Form {
    /// Everything that contradicts itself, in the order of the table.
    pub(crate) fn faults(&self) -> Vec<FormError> {
        let found = own_names(&self.fields).err().into_iter();
        found.chain(self.place_faults()).chain(self.check_faults()).chain(self.member_faults()).collect()
    }

    fn place_faults(&self) -> Vec<FormError> {
        let refer = self.refer_when.as_ref();
        let places = [
            ("key", &self.key, None),
            ("display", &self.display, None),
            ("amount", &self.amount, Some(Kind::Money)),
            ("region", &self.region, Some(Kind::Region)),
            ("account.bank", &self.account.bank, Some(Kind::Bank)),
            ("account.number", &self.account.number, Some(Kind::Account)),
            ("account.holder", &self.account.holder, Some(Kind::Name)),
        ];
        places
            .into_iter()
            .chain(refer.map(|refer| ("refer_when", &refer.field, Some(Kind::YesNo))))
            .filter_map(|(place, name, kind)| required(&self.fields, place, name, kind).err())
            .collect()
    }

    fn check_faults(&self) -> Vec<FormError> {
        let both = |check: &Check| match check {
            Check::NikBirthDate { nik, date } => [(nik.clone(), Kind::Nik), (date.clone(), Kind::Date)],
            Check::NikSex { nik, sex } => [(nik.clone(), Kind::Nik), (sex.clone(), Kind::Sex)],
            Check::RegionName { region, name } => {
                [(region.clone(), Kind::Region), (name.clone(), Kind::RegionName)]
            }
        };
        let named = self.checks.iter().flat_map(both);
        named.filter_map(|(name, kind)| known(&self.fields, "check", &name, Some(kind)).err()).collect()
    }

    fn member_faults(&self) -> Vec<FormError> {
        let Some(members) = &self.members else {
            return Vec::new();
        };
        let own = [
            own_names(&members.fields).err(),
            required(&members.fields, "members.group", &members.group, None).err(),
            required(&members.fields, "members.nik", &members.nik, Some(Kind::Nik)).err(),
        ];
        let of_group = [
            members.count.as_ref().map(|count| ("members.count", count, Kind::Count)),
            members.leader.as_ref().map(|leader| ("members.leader", leader, Kind::Nik)),
        ];
        let of_group = of_group.into_iter().flatten();
        let of_group =
            of_group.filter_map(|(place, name, kind)| known(&self.fields, place, name, Some(kind)).err());
        own.into_iter().flatten().chain(of_group).collect()
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
