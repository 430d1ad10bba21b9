//! Makes sound rows in all the notations an office writes. Nobody's: districts of the NIKs are 00.

use jiff::civil::{Date, date};

/// A small generator (splitmix64): the same seed, the same rows.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap())).collect()
    }
}

/// A value as somebody puts it into a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Put {
    Text(String),
    /// Only where the file is a workbook; text elsewhere.
    Number(f64),
    /// Likewise.
    Day(Date),
}

impl From<&str> for Put {
    fn from(text: &str) -> Put {
        Put::Text(text.to_owned())
    }
}

impl From<String> for Put {
    fn from(text: String) -> Put {
        Put::Text(text)
    }
}

pub(crate) const REGIONS: [(&str, &str); 10] = [
    ("64.01", "Paser"),
    ("64.02", "Kutai Kartanegara"),
    ("64.03", "Berau"),
    ("64.07", "Kutai Barat"),
    ("64.08", "Kutai Timur"),
    ("64.09", "Penajam Paser Utara"),
    ("64.11", "Mahakam Ulu"),
    ("64.71", "Kota Balikpapan"),
    ("64.72", "Samarinda"),
    ("64.74", "KOTA BONTANG"),
];

pub(crate) struct Person {
    pub(crate) nik: String,
    pub(crate) born: Date,
    pub(crate) is_woman: bool,
}

pub(crate) fn person(rng: &mut Rng, serial: usize) -> Person {
    let born = date(1930 + i16::try_from(rng.below(90)).unwrap(), 1, 1)
        .saturating_add(jiff::Span::new().days(i64::try_from(rng.below(365)).unwrap()));
    let is_woman = rng.below(2) == 0;
    let region = rng.pick(&REGIONS).0.replace('.', "");
    let day = born.day() + if is_woman { 40 } else { 0 };
    let nik =
        format!("{region}00{day:02}{:02}{:02}{:04}", born.month(), born.year() % 100, serial % 9_998 + 1);
    Person { nik, born, is_woman }
}

pub(crate) fn name(rng: &mut Rng) -> Put {
    let first = *rng.pick(&["Siti", "Jos\u{E9}", "Ni'mah", "Andi", "ARIF", "M. Nur", "'Aisyah"]);
    let last = *rng.pick(&["Aminah", "Santoso", "Noor", "bin Ali", ""]);
    match rng.below(4) {
        0 => format!("  {first}  {last} "),
        1 => format!("{first}\u{A0}{last}"),
        _ => format!("{first} {last}"),
    }
    .into()
}

pub(crate) fn day(rng: &mut Rng, day: Date) -> Put {
    match rng.below(5) {
        0 => day.strftime("%d/%m/%Y").to_string().into(),
        1 => day.strftime("%d-%m-%Y").to_string().into(),
        2 => day.strftime("%-d/%-m/%Y").to_string().into(),
        3 => Put::Day(day),
        _ => day.to_string().into(),
    }
}

pub(crate) fn amount(rng: &mut Rng) -> Put {
    let thousands = 500 + rng.below(4_500);
    let (millions, rest) = (thousands / 1_000, thousands % 1_000);
    let dotted = if millions > 0 { format!("{millions}.{rest:03}.000") } else { format!("{rest}.000") };
    match rng.below(8) {
        0 => format!("{thousands}000").into(),
        1 => dotted.into(),
        2 => format!("Rp {dotted}").into(),
        3 => format!("Rp{dotted},00").into(),
        4 => format!("Rp. {dotted},-").into(),
        5 if millions > 0 => dotted.replace('.', ",").into(),
        6 => format!(" Rp\u{A0}{dotted} ").into(),
        _ => Put::Number(f64::from(u32::try_from(thousands).unwrap()) * 1_000.0),
    }
}

pub(crate) fn long_number(rng: &mut Rng, digits: &str) -> Put {
    match rng.below(5) {
        0 => format!("'{digits}"),
        1 => format!(" {digits}"),
        2 => format!("{} {}", &digits[..4], &digits[4..]),
        _ => digits.to_owned(),
    }
    .into()
}

pub(crate) fn region(rng: &mut Rng) -> (Put, Put) {
    let (code, name) = *rng.pick(&REGIONS);
    let code = match rng.below(4) {
        0 => code.replace('.', "").into(),
        1 => Put::Number(code.parse().unwrap()),
        _ => code.into(),
    };
    (code, name.into())
}

pub(crate) const VICTIM_HEADERS: [&str; 15] = [
    "No",
    "NIK",
    "No KK",
    "Nama Lengkap",
    "L/P",
    "Tgl Lahir",
    "Kode Wilayah",
    "Kabupaten/Kota",
    "Kejadian",
    "Tgl Kejadian",
    "Dalam Panti",
    "Jumlah Bantuan",
    "Bank",
    "No Rekening",
    "Nama Rekening",
];

/// A sound row of a disaster list.
pub(crate) fn victim(rng: &mut Rng, serial: usize) -> Vec<Put> {
    let person = person(rng, serial);
    let (code, region) = region(rng);
    let card = format!("640200{}{}", "010101", &format!("{serial:04}")[..4]);
    let account = rng.digits(10);
    let sex = match (person.is_woman, rng.below(3)) {
        (true, 0) => "perempuan",
        (true, _) => "P",
        (false, 0) => "Laki-laki",
        (false, _) => "l",
    };
    let event =
        *rng.pick(&["banjir", "tanah longsor", "kebakaran\npermukiman", "angin \"puting; beliung\", dsb"]);
    vec![
        serial.to_string().into(),
        long_number(rng, &person.nik),
        long_number(rng, &card),
        name(rng),
        sex.into(),
        day(rng, person.born),
        code,
        region,
        event.into(),
        day(rng, date(2024, 3, 14)),
        (*rng.pick(&["Y", "ya", "T", "Tidak"])).into(),
        amount(rng),
        "BRI".into(),
        long_number(rng, &account),
        name(rng),
    ]
}

pub(crate) const INSTITUTION_HEADERS: [&str; 10] = [
    "No",
    "Nama LKS",
    "NPWP",
    "Kode Wilayah",
    "Kab./Kota",
    "JUMLAH_KLIEN",
    "Jumlah Bantuan",
    "Bank",
    "Nomor Rekening",
    "Nama Rekening",
];

/// A sound row of a list of institutions.
pub(crate) fn institution(rng: &mut Rng, serial: usize) -> Vec<Put> {
    let tax_no = format!("1{:05}{}", serial, rng.digits(9));
    let (code, region) = region(rng);
    let account = rng.digits(13);
    let clients = 1 + rng.below(200);
    let tax_no = match rng.below(3) {
        0 => Put::Number(tax_no.parse().unwrap()),
        1 => format!("{}.{}-{}", &tax_no[..2], &tax_no[2..9], &tax_no[9..]).into(),
        _ => tax_no.into(),
    };
    vec![
        serial.to_string().into(),
        name(rng),
        tax_no,
        code,
        region,
        if rng.below(2) == 0 {
            Put::Number(f64::from(u32::try_from(clients).unwrap()))
        } else {
            clients.to_string().into()
        },
        amount(rng),
        "Bankaltimtara".into(),
        long_number(rng, &account),
        name(rng),
    ]
}
