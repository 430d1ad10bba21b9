//! From what a drawing calls who works at a task to a role of the office: by its name, or by what the office's policy
//! calls it in either language. What fits none, or several, keeps the drawing's own word.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::{Label, Role};

use super::names::slug;

/// The roles of an office with what they are called.
pub(in crate::read) type Roles = BTreeMap<Role, Label>;

/// Most groups that are read of one task.
const GROUPS_MAX: usize = 8;

/// The role that a name means; none where it could be several, or nobody's.
fn known_as(name: &str, roles: &Roles) -> Option<String> {
    let wanted = slug(name);
    let names = |role: &Role, title: &Label| [slug(role.as_str()), slug(&title.id), slug(&title.en)];
    let exactly = |(role, title): &(&Role, &Label)| names(role, title).contains(&wanted);
    if let Some((role, _)) = roles.iter().find(exactly) {
        return Some(role.to_string());
    }
    let words = |text: &str| -> BTreeSet<String> { text.split('_').map(str::to_owned).collect() };
    let own = words(&wanted);
    if wanted.is_empty() {
        return None;
    }
    // `Gubernur Kaltim` is the `Gubernur`, and `Petugas` is the `Petugas input` where nobody else is a `Petugas`.
    let nearly = |(role, title): &(&Role, &Label)| {
        names(role, title)
            .iter()
            .map(|name| words(name))
            .any(|name| name.is_subset(&own) || own.is_subset(&name))
    };
    let mut found = roles.iter().filter(nearly).map(|(role, _)| role);
    found.next().filter(|_| found.next().is_none()).map(ToString::to_string)
}

/// The groups that a modeller notes as those who may take a task on; none where an expression says it, which only a
/// running engine knows the value of.
pub(in crate::read) fn groups(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let (is_feel, said) = text.strip_prefix('=').map_or((false, text), |rest| (true, rest.trim()));
    let said = said.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(said);
    let mut groups = Vec::new();
    for part in said.split(',').map(str::trim).filter(|part| !part.is_empty()).take(GROUPS_MAX) {
        let quoted = part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match quoted {
            Some(group) => groups.push(group.to_owned()),
            None if is_feel || part.contains(['$', '{', '#', '"']) => return None,
            None => groups.push(part.to_owned()),
        }
    }
    Some(groups)
}

/// The office's role that is called so, or else the words as a name.
pub(in crate::read) fn role_called(name: &str, roles: &Roles) -> String {
    known_as(name, roles).unwrap_or_else(|| slug(name))
}

/// True if the office has the role, as far as it is known what it has.
pub(in crate::read) fn is_held(role: &str, roles: &Roles) -> bool {
    roles.is_empty() || roles.keys().any(|known| known.as_str() == role)
}
