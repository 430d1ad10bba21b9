//! Seals a recipient's facts before they are queued, and opens them for whoever may read them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use salur_core::event::{FactsRef, NoteRef};
use salur_core::form::{Facts, Form};
use salur_core::{NoteId, RecipientId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::error::StoreError;
use crate::job::{SealedFacts, SealedNote};
use crate::requests::Label;
use crate::vault::{RecipientKey, Vault};

#[derive(FromRow)]
pub(crate) struct FactsRow {
    pub(crate) sealed: Vec<u8>,
    pub(crate) sealed_key: Vec<u8>,
}

pub(crate) const FACTS: &str =
    "select f.sealed, r.sealed_key from facts f join recipient r on r.id = f.recipient
    where f.recipient = $1 and f.version = $2";
const KEY: &str = "select sealed_key from recipient where id = $1";
const NOTE: &str = "select sealed from note where id = $1";

impl Store {
    /// The facts of a recipient; none once they are erased.
    pub async fn facts(&self, recipient: RecipientId, version: u32) -> Result<Option<Facts>, StoreError> {
        let row: Option<FactsRow> = self.db.maybe(FACTS, (recipient.0, i64::from(version))).await?;
        row.map(|row| open_facts(&self.vault, &row.sealed_key, &row.sealed)).transpose()
    }

    /// Seals new facts of a recipient whose key is stored already.
    pub async fn seal_again(
        &self,
        recipient: RecipientId,
        version: u32,
        form: &Form,
        facts: &Facts,
    ) -> Result<SealedFacts, StoreError> {
        let row: Option<(Vec<u8>,)> = self.db.maybe(KEY, (recipient.0,)).await?;
        let (sealed_key,) =
            row.ok_or_else(|| StoreError::inconsistent("recipient", format!("no {recipient}")))?;
        let key = self.vault.open_recipient(&sealed_key)?;
        seal(&self.vault, recipient, &key, None, version, form, facts)
    }

    /// Texts by their ids.
    pub async fn notes(
        &self,
        ids: impl IntoIterator<Item = NoteId>,
    ) -> Result<HashMap<NoteId, String>, StoreError> {
        let mut texts = HashMap::new();
        for id in ids.into_iter().collect::<BTreeSet<_>>() {
            let row: Option<(Vec<u8>,)> = self.db.maybe(NOTE, (id.0,)).await?;
            if let Some((sealed,)) = row {
                let text = String::from_utf8_lossy(&self.vault.open(&sealed)?).into_owned();
                texts.insert(id, text);
            }
        }
        Ok(texts)
    }
}

/// Seals the facts of a new recipient under a key of their own.
pub fn seal_new(
    vault: &Vault,
    recipient: RecipientId,
    form: &Form,
    facts: &Facts,
) -> Result<SealedFacts, StoreError> {
    let (key, sealed_key) = vault.new_recipient()?;
    seal(vault, recipient, &key, Some((vault.key_id().to_owned(), sealed_key)), 1, form, facts)
}

/// Seals a text somebody wrote.
pub fn seal_note(vault: &Vault, id: Uuid, text: &str) -> Result<SealedNote, StoreError> {
    let note = NoteRef { id: NoteId(id), digest: vault.note_digest(text.as_bytes()) };
    Ok(SealedNote { note, key_id: vault.key_id().to_owned(), sealed: vault.seal(text.as_bytes())? })
}

/// What a recipient is looked up by, within scheme and year.
#[must_use]
pub fn subject_key(vault: &Vault, form: &Form, facts: &Facts) -> Option<String> {
    form.key_of(facts).map(|key| vault.subject_key(&key))
}

pub(crate) fn open_facts(vault: &Vault, sealed_key: &[u8], sealed: &[u8]) -> Result<Facts, StoreError> {
    Ok(serde_json::from_slice(&vault.open_recipient(sealed_key)?.open(sealed)?)?)
}

fn seal(
    vault: &Vault,
    recipient: RecipientId,
    key: &RecipientKey,
    sealed_key: Option<(String, Vec<u8>)>,
    version: u32,
    form: &Form,
    facts: &Facts,
) -> Result<SealedFacts, StoreError> {
    let bytes = facts.canonical()?;
    let account: BTreeMap<_, _> = [&form.account.bank, &form.account.number, &form.account.holder]
        .into_iter()
        .filter_map(|name| facts.get(name).map(|value| (name, value)))
        .collect();
    let name = facts.text(&form.display).unwrap_or_default();
    let subject = facts.text(&form.key).unwrap_or_default();
    let label = Label { name: name.to_owned(), tail: tail(subject) };
    let mut found_by = words(name);
    found_by.extend(words(subject));
    Ok(SealedFacts {
        recipient,
        sealed_key,
        sealed: key.seal(&bytes)?,
        facts: FactsRef {
            version,
            digest: key.digest(&bytes),
            account: key.digest(&serde_json::to_vec(&account)?),
        },
        label: vault.seal(&serde_json::to_vec(&label)?)?,
        words: found_by.iter().map(|word| vault.word(word)).collect(),
    })
}

/// The last four characters, if there are more.
fn tail(text: &str) -> String {
    let length = text.chars().count();
    text.chars().skip(length.saturating_sub(4)).collect()
}

/// The words a text is found by: lower case, punctuation dropped.
#[must_use]
pub fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
