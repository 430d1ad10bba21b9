//! A file that claims to be a BPMN drawing.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| salur_fuzz::bpmn(bytes));
