//! A drawing is refused with a code, or read into a draft that is a definition, if an unfinished one.

use salur_core::workflow::Workflow;
use salur_diagram::read;

use crate::check_code;

/// Reads bytes as a drawing.
pub fn bpmn(bytes: &[u8]) {
    let reading = match read(bytes, &std::collections::BTreeMap::new()) {
        Ok(reading) => reading,
        Err(error) => {
            check_code(error.code.as_str());
            assert!(error.line > 0 && !error.en.is_empty() && !error.id.is_empty(), "{error:?}");
            return;
        }
    };
    for note in &reading.report {
        check_code(note.code);
        assert!(!note.en.is_empty() && !note.id.is_empty(), "{note:?}");
    }
    assert!(reading.report.is_sorted_by_key(|note| note.line), "the report leaves the order of the file");
    // Words of a drawing stay words: they end no text and no comment of the draft.
    let checked = Workflow::check(&reading.draft);
    let broken = checked.findings.iter().find(|finding| BROKEN.contains(&finding.code));
    assert!(broken.is_none(), "{broken:?} in the draft:\n{}", reading.draft);
}

/// What no draft may be, whatever is still to be decided in it.
const BROKEN: [&str; 3] = ["toml_invalid", "key_unknown", "type_wrong"];
