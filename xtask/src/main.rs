//! The project's chores: `cargo xtask test` runs every test.

fn main() {}
