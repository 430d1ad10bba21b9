//! A file that claims to be a definition.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| salur_fuzz::definition(bytes));
