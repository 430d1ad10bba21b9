//! A guard, and what the fields it reads hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| salur_fuzz::guard(bytes));
