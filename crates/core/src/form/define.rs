//! What a scheme asks about a recipient: read from the `[form]` table of a workflow file.

use serde::{Deserialize, Serialize};

use crate::{FieldName, Label};

/// The questions of one scheme, proved consistent when read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Draft")]
pub struct Form {
    /// The field whose value names a recipient within scheme and year.
    pub key: FieldName,
    /// The field that is shown as the recipient's name.
    pub display: FieldName,
    /// The field with the amount.
    pub amount: FieldName,
    /// The field with the region's code.
    pub region: FieldName,
    /// Where the money goes.
    pub account: Account,
    /// Which rows are sound, yet not this office's to pay.
    pub refer_when: Option<ReferWhen>,
    /// The fields, in the order they are shown.
    pub fields: Vec<Field>,
    /// What must agree between fields.
    pub checks: Vec<Check>,
    /// The second file, with the members of groups.
    pub members: Option<Members>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name in facts, guards and the API.
    pub name: FieldName,
    /// How its value is read.
    pub kind: Kind,
    /// The headers it is known by in files; letter case, blanks and punctuation do not count.
    pub headers: Vec<String>,
    /// True where it may not be left empty.
    #[serde(default = "yes")]
    pub required: bool,
    /// Least and greatest number of digits, for accounts and tax numbers.
    pub digits: Option<(usize, usize)>,
    /// What it is called on pages.
    pub label: Label,
}

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// National identity number of a person.
    Nik,
    /// Number of a family card.
    FamilyCard,
    /// Name of a person or body.
    Name,
    /// Free text.
    Text,
    /// `L` or `P`.
    Sex,
    /// A day.
    Date,
    /// A region's code.
    Region,
    /// A region's name, only compared with the code.
    RegionName,
    /// Whole rupiah above zero.
    Money,
    /// Name of a bank.
    Bank,
    /// Number of a bank account.
    Account,
    /// A whole number above zero.
    Count,
    /// `Y` or `T`.
    YesNo,
    /// A code, as of a group.
    Code,
    /// Tax number (NPWP).
    TaxNo,
}

/// The fields that say where the money goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The bank.
    pub bank: FieldName,
    /// The account's number.
    pub number: FieldName,
    /// Its holder.
    pub holder: FieldName,
}

/// A yes-or-no field and the answer that sends a row elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferWhen {
    /// The field.
    pub field: FieldName,
    /// The answer.
    pub is: bool,
}

/// What must agree between two fields of a row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Check {
    /// The birth date that a NIK tells.
    NikBirthDate {
        /// The NIK.
        nik: FieldName,
        /// The birth date.
        date: FieldName,
    },
    /// The sex that a NIK tells.
    NikSex {
        /// The NIK.
        nik: FieldName,
        /// The sex.
        sex: FieldName,
    },
    /// A region's name and its code.
    RegionName {
        /// The code.
        region: FieldName,
        /// The name.
        name: FieldName,
    },
}

/// The members of groups: a second file, a row for each person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Members {
    /// True where the list may not come without it.
    #[serde(default = "yes")]
    pub required: bool,
    /// The member's field that holds the group's key.
    pub group: FieldName,
    /// The member's field that holds the person's NIK.
    pub nik: FieldName,
    /// The group's field that states how many members there are.
    pub count: Option<FieldName>,
    /// The group's field with the leader's NIK.
    pub leader: Option<FieldName>,
    /// The fields of a member.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

/// A form before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    pub(crate) key: FieldName,
    pub(crate) display: FieldName,
    pub(crate) amount: FieldName,
    pub(crate) region: FieldName,
    pub(crate) account: Account,
    pub(crate) refer_when: Option<ReferWhen>,
    #[serde(rename = "field")]
    pub(crate) fields: Vec<Field>,
    #[serde(default, rename = "check")]
    pub(crate) checks: Vec<Check>,
    pub(crate) members: Option<Members>,
}

impl Form {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &FieldName) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == *name)
    }
}

fn yes() -> bool {
    true
}
