//! Which requests a command means, and values given as `name=value`.

use clap::Args;
use serde_json::{Map, Value};

use crate::error::ClientError;
use crate::screen::say;
use salur_core::Lang;

/// Parameters of a query.
pub(crate) type Pairs = Vec<(&'static str, String)>;

/// Requests by what they have in common.
#[derive(Debug, Clone, Default, Args)]
pub struct Filter {
    /// Of this scheme
    #[arg(long)]
    pub scheme: Option<String>,
    /// Of this fiscal year
    #[arg(long)]
    pub year: Option<i16>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would print it")]
    pub place: Place,
}

/// Where requests stand.
#[derive(Debug, Clone, Default, Args)]
pub struct Place {
    /// At this stage
    #[arg(long)]
    pub stage: Option<String>,
    /// In this phase
    #[arg(long)]
    pub phase: Option<String>,
    /// Of this region, by its code
    #[arg(long)]
    pub region: Option<String>,
    /// With these words in the recipient's name or the request's facts
    #[arg(long = "q", value_name = "WORDS")]
    pub words: Option<String>,
}

impl Filter {
    /// As parameters of a query.
    pub(crate) fn pairs(&self) -> Pairs {
        let mut pairs = Vec::new();
        add(&mut pairs, "scheme", self.scheme.as_deref());
        if let Some(year) = self.year {
            pairs.push(("year", year.to_string()));
        }
        add(&mut pairs, "stage", self.place.stage.as_deref());
        add(&mut pairs, "phase", self.place.phase.as_deref());
        add(&mut pairs, "region", self.place.region.as_deref());
        add(&mut pairs, "q", self.place.words.as_deref());
        pairs
    }

    /// As the `filter` of a body.
    fn object(&self) -> Value {
        let mut object = Map::new();
        for (name, value) in self.pairs() {
            object.insert(name.to_owned(), value.into());
        }
        if let Some(year) = self.year {
            object.insert("year".to_owned(), year.into());
        }
        Value::Object(object)
    }

    /// Puts `ids` or else `filter` into a body; both or neither is no selection.
    pub(crate) fn select(&self, ids: &[String], body: &mut Map<String, Value>) -> bool {
        let filter = self.object();
        let is_empty = filter.as_object().is_none_or(Map::is_empty);
        match (ids.is_empty(), is_empty) {
            (false, true) => body.insert("ids".to_owned(), ids.into()),
            (true, false) => body.insert("filter".to_owned(), filter),
            (true, true) | (false, false) => return false,
        };
        true
    }
}

/// Adds a parameter where there is a value.
pub(crate) fn add(pairs: &mut Pairs, name: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        pairs.push((name, value.to_owned()));
    }
}

/// What to say to a command that means no requests, or means them twice over.
pub(crate) fn no_selection(lang: Lang) -> ClientError {
    ClientError::Usage(say!(
        lang,
        "sebutkan ID permohonan, atau saringan (--scheme, --stage, --region, --year, --phase, --q), bukan keduanya",
        "name requests by their ids, or give a filter (--scheme, --stage, --region, --year, --phase, --q), not both"
    ))
}

/// A field's name and value, as an argument gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    name: String,
    value: String,
}

/// Reads `name=value`.
pub(crate) fn field(text: &str) -> Result<Field, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok(Field { name: name.trim().to_owned(), value: value.to_owned() })
        }
        _ => Err("a field is given as name=value".to_owned()),
    }
}

/// The fields of an act: `true` and `false`, whole numbers, and otherwise texts. A value in double quotes is a text.
pub(crate) fn typed(fields: &[Field]) -> Value {
    fields.iter().map(|field| (field.name.clone(), typed_value(&field.value))).collect::<Map<_, _>>().into()
}

/// The facts of a request, which the server's form reads as it reads the cells of a list: numbers stay texts, so that
/// no NIK or account loses a digit.
pub(crate) fn as_cells(fields: &[Field]) -> Value {
    let cell = |field: &Field| match typed_value(&field.value) {
        Value::Number(number) => Value::String(number.to_string()),
        value @ (Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            value
        }
    };
    fields.iter().map(|field| (field.name.clone(), cell(field))).collect::<Map<_, _>>().into()
}

/// The most digits of a number: longer ones, and those with a leading nought, are identifiers.
const DIGITS_MAX: usize = 15;

fn typed_value(text: &str) -> Value {
    if let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return quoted.into();
    }
    match text {
        "true" => return true.into(),
        "false" => return false.into(),
        _ => {}
    }
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text && text.trim_start_matches('-').len() <= DIGITS_MAX => {
            number.into()
        }
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{Filter, as_cells, field, typed};

    #[test]
    fn values_are_truths_numbers_or_texts_and_identifiers_stay_whole() {
        let fields: Vec<_> = [
            "ok=true",
            "n=-12",
            "nik=6472010101010001",
            "account=0812",
            "word=lima",
            "quoted=\"12\"",
            "formula=a=b",
            "empty=",
        ]
        .iter()
        .map(|text| field(text).unwrap())
        .collect();
        let expected = json!({"ok": true, "n": -12, "nik": "6472010101010001", "account": "0812", "word": "lima",
            "quoted": "12", "formula": "a=b", "empty": ""});
        assert_eq!(typed(&fields), expected);
        assert_eq!(as_cells(&fields)["n"], json!("-12"));
        assert_eq!(as_cells(&fields)["ok"], json!(true));
        assert!(field("nothing").is_err() && field("=1").is_err());
    }

    #[test]
    fn a_selection_is_ids_or_a_filter() {
        let filter = Filter { year: Some(2024), scheme: Some("kube".to_owned()), ..Filter::default() };
        let mut body = Map::new();
        assert!(filter.select(&[], &mut body));
        assert_eq!(Value::Object(body), json!({"filter": {"scheme": "kube", "year": 2024}}));
        assert!(!filter.select(&["a".to_owned()], &mut Map::new()));
        assert!(!Filter::default().select(&[], &mut Map::new()));
    }
}
