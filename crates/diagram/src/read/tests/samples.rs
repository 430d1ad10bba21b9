//! Drawings in the shapes in which the usual modellers save them, read in an office whose roles have names.

use salur_core::{Label, Role};

use super::*;

const ZEEBE: &str = include_str!("../samples/zeebe.bpmn");
const BPMN_IO: &str = include_str!("../samples/bpmn_io.bpmn");
const SIGNAVIO: &str = include_str!("../samples/signavio.bpmn");

fn roles() -> BTreeMap<Role, Label> {
    [
        ("clerk", "Petugas input", "Clerk"),
        ("verifier", "Verifikator", "Verifier"),
        ("governor", "Gubernur", "Governor"),
        ("treasurer", "Bendahara", "Treasurer"),
        ("admin", "Administrator", "Administrator"),
        ("auditor", "Pemeriksa", "Auditor"),
    ]
    .map(|(role, id, en)| (role.into(), Label { id: id.into(), en: en.into() }))
    .into()
}

/// What was made of a drawing: each stage with its role, and the actions that approve and pay with where they start.
/// An action: its kind, its name, who takes it.
type Taken = (ActionKind, String, Vec<String>);

fn made(text: &str) -> (Reading, Vec<(String, String)>, Vec<Taken>) {
    let reading = read(text.as_bytes(), &roles()).unwrap();
    let draft = toml::from_str::<toml::Table>(&reading.draft).unwrap();
    let stages = draft["stage"].as_table().unwrap().iter();
    let served = stages.filter_map(|(name, stage)| {
        let role = stage.get("served_by")?["role"].as_str().unwrap();
        Some((name.clone(), role.to_owned()))
    });
    let served = served.collect();
    let texts = |list: &toml::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let actions = draft["action"].as_table().unwrap().values().filter_map(|action| {
        let kind = match action.get("kind").and_then(|kind| kind.as_str()) {
            Some("approval") => ActionKind::Approval,
            Some("payment") => ActionKind::Payment,
            _ => return None,
        };
        Some((kind, texts(&action["from"]).concat(), texts(&action["by"])))
    });
    let mut actions: Vec<_> = actions.collect();
    actions.sort_by_key(|(kind, ..)| *kind == ActionKind::Payment);
    (reading, served, actions)
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

fn told<'a>(reading: &'a Reading, code: &str) -> Vec<&'a str> {
    reading.report.iter().filter(|it| it.code == code).map(|it| it.element.as_str()).collect()
}

#[test]
fn groups_of_an_engine_are_roles_and_a_machine_that_pays_is_not_passed_over() {
    let (reading, served, actions) = made(ZEEBE);
    let wanted = [
        ("isi_permohonan", "clerk"),
        ("periksa_berkas", "verifier"),
        ("persetujuan_sk", "to_be_decided"),
        ("transfer_ke_rekening_penerima", "to_be_decided"),
    ];
    assert_eq!(served, pairs(&wanted));
    let nobody = vec!["to_be_decided".to_owned()];
    assert_eq!(
        actions,
        [
            (ActionKind::Approval, "persetujuan_sk".to_owned(), nobody.clone()),
            (ActionKind::Payment, "transfer_ke_rekening_penerima".to_owned(), nobody),
        ]
    );
    assert_eq!(told(&reading, "service_payment"), ["Activity_transfer"]);
    assert_eq!(told(&reading, "service_task"), ["Activity_kabar"]);
    assert_eq!(told(&reading, "group_expression"), ["Activity_setuju"]);
    assert_eq!(told(&reading, "group_role"), ["Activity_isi", "Activity_periksa", "Activity_periksa"]);
    assert_eq!(told(&reading, "role_unheld"), Vec::<&str>::new());
    assert!(reading.draft.contains("by = [\"verifier\", \"auditor\"]"), "{}", reading.draft);
    Workflow::parse(&reading.draft).unwrap_or_else(|error| panic!("{error}\n{}", reading.draft));
}

#[test]
fn lanes_are_the_roles_that_the_office_calls_so() {
    let (reading, served, actions) = made(BPMN_IO);
    let wanted = [
        ("ajukan_penyaluran_bantuan", "clerk"),
        ("pencairan", "treasurer"),
        ("survei_lapangan", "verifier"),
        ("tanda_tangan_sk", "governor"),
        ("telaah", "kepala_bidang"),
    ];
    assert_eq!(served, pairs(&wanted));
    assert_eq!(
        actions,
        [
            (ActionKind::Approval, "tanda_tangan_sk".to_owned(), vec!["governor".to_owned()]),
            (ActionKind::Payment, "pencairan".to_owned(), vec!["treasurer".to_owned()]),
        ]
    );
    assert_eq!(told(&reading, "role_unheld"), ["Lane_3"]);
    assert_eq!(told(&reading, "message_flow"), ["Flow_m1", "Flow_m2"]);
    assert_eq!(told(&reading, "boundary_event"), ["Event_lambat"]);
    assert_eq!(told(&reading, "timer_event"), ["Event_lambat"]);
    assert_eq!(told(&reading, "other_process"), Vec::<&str>::new(), "a collapsed pool is no process");
    assert!(reading.draft.contains("end = \"rejected\""));
    Workflow::parse(&reading.draft).unwrap_or_else(|error| panic!("{error}\n{}", reading.draft));
}

#[test]
fn colours_and_extensions_say_nothing_and_no_clerk_pays() {
    let (reading, served, actions) = made(SIGNAVIO);
    let wanted = [
        ("assign_and_authorise", "governor"),
        ("check", "verifier"),
        ("disburse", "treasurer"),
        ("enter_the_disbursement_request", "clerk"),
        ("file_the_payment_slip", "clerk"),
    ];
    assert_eq!(served, pairs(&wanted));
    let payers = vec!["treasurer".to_owned(), "admin".to_owned()];
    assert_eq!(
        actions,
        [
            (ActionKind::Approval, "assign_and_authorise".to_owned(), vec!["governor".to_owned()]),
            (ActionKind::Payment, "disburse".to_owned(), payers),
        ]
    );
    assert_eq!(told(&reading, "lane_missing"), Vec::<&str>::new(), "a group says who");
    // In an office without names for its roles the drawing's own words stand.
    let plain = read(SIGNAVIO.as_bytes(), &BTreeMap::new()).unwrap();
    assert!(plain.draft.contains("role = \"verifikator\"") && told(&plain, "role_unheld").is_empty());
}

#[test]
fn a_name_that_could_be_two_roles_is_neither() {
    let mut roles = roles();
    roles.insert("surveyor".into(), Label { id: "Petugas lapangan".into(), en: "Surveyor".into() });
    let text = BPMN_IO.replace("name=\"Verifikator Lapangan\"", "name=\"Kepala Seksi\"");
    let reading = read(text.as_bytes(), &roles).unwrap();
    assert!(
        reading.draft.contains("role = \"petugas\"") && reading.draft.contains("role = \"kepala_seksi\"")
    );
    assert_eq!(told(&reading, "role_unheld"), ["Lane_1", "Lane_2", "Lane_3"]);
}
