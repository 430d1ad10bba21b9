//! What must hold for any bytes at all. Each target is one function here, and a panic is its only answer.

mod bpmn;
mod definition;
mod guard;

pub use bpmn::bpmn;
pub use definition::definition;
pub use guard::guard;

/// A code in data: lower-case words joined by underscores.
fn check_code(code: &str) {
    let sound = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    assert!(!code.is_empty() && code.chars().all(sound), "not a code: {code:?}");
}
