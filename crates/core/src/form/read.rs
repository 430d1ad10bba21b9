//! Reads one cell as one field's value.

use super::Context;
use super::cell::{Cell, is_blank, tidy, unquoted, whole};
use super::codes::FaultCode;
use super::define::{Field, Kind};
use super::fault::Problem;
use super::nik::Nik;
use super::value::Value;
use super::{day, digits, money};
use crate::Rupiah;

/// The longest text that is kept.
const TEXT_MAX: usize = 500;
/// Digits of a bank account, where the field does not say.
const ACCOUNT_DIGITS: (usize, usize) = (5, 20);
/// Digits of a tax number, where the field does not say.
const TAX_DIGITS: (usize, usize) = (15, 16);

type Reading = Result<Value, Problem>;

/// The value of a cell, nothing where it may be and is blank, or what is wrong; oddities go to `odd`.
pub(crate) fn read(
    context: &Context<'_>,
    field: &Field,
    cell: &Cell,
    odd: &mut Vec<Problem>,
) -> Result<Option<Value>, Problem> {
    if is_formula(cell) {
        return Err(FaultCode::FormulaCell.into());
    }
    if cell.is_blank() {
        return if field.required { Err(missing(field.kind).into()) } else { Ok(None) };
    }
    value(context, field, cell, odd).map(Some)
}

fn missing(kind: Kind) -> FaultCode {
    if kind == Kind::Name {
        FaultCode::NameMissing
    } else if kind == Kind::Money {
        FaultCode::AmountInvalid
    } else {
        FaultCode::ValueMissing
    }
}

fn value(context: &Context<'_>, field: &Field, cell: &Cell, odd: &mut Vec<Problem>) -> Reading {
    match field.kind {
        Kind::Nik => nik(cell),
        Kind::FamilyCard => family_card(cell),
        Kind::Name => lettered(cell, FaultCode::NameInvalid, odd),
        Kind::Bank => lettered(cell, FaultCode::BankInvalid, odd),
        Kind::Text | Kind::RegionName => text(cell, odd),
        Kind::Code => code(cell, odd),
        Kind::Sex => sex(cell),
        Kind::YesNo => yes_no(cell),
        Kind::Date => date(context, cell, odd),
        Kind::Money => amount(cell),
        Kind::Count => count(cell),
        Kind::Account => account(cell, field.digits.unwrap_or(ACCOUNT_DIGITS), odd),
        Kind::TaxNo => tax_no(cell, field.digits.unwrap_or(TAX_DIGITS)),
        Kind::Region => region(context, cell),
    }
}

fn region(context: &Context<'_>, cell: &Cell) -> Reading {
    let code = if let Cell::Number(number) = cell {
        context.regions.read_number(*number)?
    } else {
        context.regions.read(&cell.shown())?
    };
    Ok(Value::Text(code.as_str().to_owned()))
}

fn nik(cell: &Cell) -> Reading {
    if matches!(cell, Cell::Number(_)) {
        return Err(FaultCode::NikNumber.into());
    }
    Nik::parse(&cell.shown()).map(|nik| Value::Text(nik.into_string()))
}

fn family_card(cell: &Cell) -> Reading {
    let shown = cell.shown();
    if matches!(cell, Cell::Number(_)) || digits::looks_scientific(&shown) {
        return Err(FaultCode::FamilyCardNumber.into());
    }
    digits::parse(&shown, 16, 16, FaultCode::FamilyCardMalformed).map(Value::Text)
}

fn account(cell: &Cell, (min, max): (usize, usize), odd: &mut Vec<Problem>) -> Reading {
    if let Cell::Number(number) = cell {
        let kept = digits::of_number(*number).ok_or(FaultCode::AccountNumber)?;
        odd.push(FaultCode::AccountLeadingZeros.into());
        return digits::parse(&kept, min, max, FaultCode::AccountMalformed).map(Value::Text);
    }
    let shown = cell.shown();
    if digits::looks_scientific(&shown) {
        return Err(FaultCode::AccountNumber.into());
    }
    digits::parse(&shown, min, max, FaultCode::AccountMalformed).map(Value::Text)
}

/// A number kept as such may have lost zeros in front, so it must still be of full length.
fn tax_no(cell: &Cell, (min, max): (usize, usize)) -> Reading {
    if let Cell::Number(number) = cell {
        let kept = digits::of_number(*number).filter(|kept| kept.len() >= min);
        return kept.map(Value::Text).ok_or(FaultCode::TaxNoNumber.into());
    }
    let shown = cell.shown();
    if digits::looks_scientific(&shown) {
        return Err(FaultCode::TaxNoNumber.into());
    }
    digits::parse(&shown, min, max, FaultCode::TaxNoMalformed).map(Value::Text)
}

fn text(cell: &Cell, odd: &mut Vec<Problem>) -> Reading {
    let shown = cell.shown();
    let (tidied, invisible) = tidy(unquoted(&shown));
    if invisible {
        odd.push(FaultCode::InvisibleCharacters.into());
    }
    let length = tidied.chars().count();
    if length > TEXT_MAX {
        return Err(Problem::from(FaultCode::TextTooLong).with("length", length).with("max", TEXT_MAX));
    }
    Ok(Value::Text(tidied.into_owned()))
}

fn lettered(cell: &Cell, otherwise: FaultCode, odd: &mut Vec<Problem>) -> Reading {
    let value = text(cell, odd)?;
    match value.as_text() {
        Some(text) if text.chars().any(char::is_alphabetic) => Ok(value),
        _ => Err(otherwise.into()),
    }
}

fn code(cell: &Cell, odd: &mut Vec<Problem>) -> Reading {
    let value = text(cell, odd)?;
    match value.as_text() {
        Some(text) if text.chars().any(char::is_alphanumeric) => Ok(value),
        _ => Err(FaultCode::CodeInvalid.into()),
    }
}

fn word(cell: &Cell) -> String {
    cell.shown().chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `L` or `P`, as the identity card has it.
fn sex(cell: &Cell) -> Reading {
    let told = match word(cell).as_str() {
        "l" | "lk" | "laki" | "lakilaki" | "pria" | "male" => "L",
        "p" | "pr" | "perempuan" | "wanita" | "female" => "P",
        _ => return Err(FaultCode::SexInvalid.into()),
    };
    Ok(Value::Text(told.to_owned()))
}

fn yes_no(cell: &Cell) -> Reading {
    if let Cell::Bool(answer) = cell {
        return Ok(Value::Bool(*answer));
    }
    match word(cell).as_str() {
        "y" | "ya" | "yes" | "true" | "benar" | "1" => Ok(Value::Bool(true)),
        "t" | "tidak" | "tdk" | "n" | "no" | "false" | "salah" | "0" => Ok(Value::Bool(false)),
        _ => Err(FaultCode::YesNoInvalid.into()),
    }
}

fn date(context: &Context<'_>, cell: &Cell, odd: &mut Vec<Problem>) -> Reading {
    let read = match cell {
        Cell::Date(date) => day::within_years(*date)?,
        Cell::Number(serial) => {
            let date = day::of_serial(*serial)?;
            odd.push(Problem::from(FaultCode::DateFromSerial).with("date", date));
            date
        }
        Cell::Empty | Cell::Text(_) | Cell::Bool(_) | Cell::Error(_) => day::parse(&cell.shown())?,
    };
    if read > context.today {
        odd.push(FaultCode::DateInFuture.into());
    }
    Ok(Value::Date(read))
}

fn amount(cell: &Cell) -> Reading {
    let amount: Rupiah = match cell {
        Cell::Number(number) => money::of_number(*number)?,
        Cell::Text(text) => money::parse(text)?,
        Cell::Empty | Cell::Date(_) | Cell::Bool(_) | Cell::Error(_) => {
            return Err(FaultCode::AmountInvalid.into());
        }
    };
    Ok(Value::Money(amount))
}

fn count(cell: &Cell) -> Reading {
    let number = if let Cell::Number(number) = cell {
        whole(*number)
    } else {
        unquoted(&cell.shown()).trim_matches(is_blank).parse().ok()
    };
    match number {
        Some(number) if number > 0 && number <= 1_000_000 => Ok(Value::Int(number)),
        _ => Err(FaultCode::CountInvalid.into()),
    }
}

/// A formula that was never computed, or the error one left behind.
fn is_formula(cell: &Cell) -> bool {
    match cell {
        Cell::Error(_) => true,
        Cell::Text(text) => {
            let text = unquoted(text).trim_start();
            text.starts_with('=')
                || matches!(
                    text.trim_end(),
                    "#REF!" | "#N/A" | "#VALUE!" | "#NAME?" | "#DIV/0!" | "#NUM!" | "#NULL!"
                )
        }
        Cell::Empty | Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) => false,
    }
}
