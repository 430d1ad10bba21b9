//! Reads a list of recipients (CSV, spreadsheet) and judges each row.
