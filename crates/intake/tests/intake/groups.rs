//! Groups and their members: what is wrong with one is told at the other, in the file where it stands.

use salur_intake::{File, Source};

use crate::clean::{Put, Rng, person};
use crate::support::{Outcome, form, judge};
use crate::write::text_file;

const GROUPS: [&str; 12] = [
    "kode_kube",
    "nama_kube",
    "kode_wilayah",
    "kabupaten_kota",
    "jenis_usaha",
    "ketua_nik",
    "ketua_nama",
    "jumlah_anggota",
    "jumlah_bantuan",
    "bank",
    "no_rekening",
    "nama_rekening",
];
const MEMBERS: [&str; 4] = ["kode_kube", "nik", "nama", "jabatan"];

/// Three groups of five.
fn lists(rng: &mut Rng) -> (Vec<Vec<Put>>, Vec<Vec<Put>>) {
    let mut groups = Vec::new();
    let mut members: Vec<Vec<Put>> = Vec::new();
    for group in 1..=3_usize {
        let code = format!("KUBE-6472-{group:03}");
        let people: Vec<String> = (0..5).map(|at| person(rng, group * 10 + at).nik).collect();
        groups.push(
            [
                &*code,
                "KUBE Maju",
                "64.72",
                "Samarinda",
                "amplang",
                &people[0],
                "Siti",
                "5",
                "20000000",
                "BRI",
                "0123456789",
                "KUBE Maju",
            ]
            .map(Put::from)
            .to_vec(),
        );
        members.extend(people.iter().map(|nik| [&*code, nik, "Siti", "anggota"].map(Put::from).to_vec()));
    }
    (groups, members)
}

/// Plants one thing and judges; row numbers are those of a file without titles.
fn judged(plant: impl Fn(&mut Vec<Vec<Put>>, &mut Vec<Vec<Put>>)) -> Outcome {
    let mut rng = Rng(7);
    let (mut groups, mut members) = lists(&mut rng);
    plant(&mut groups, &mut members);
    let plain = |headers: &[&str], rows: &[Vec<Put>]| {
        (0..1_000)
            .map(|seed| text_file(&mut Rng(seed), headers, rows))
            .find(|file| file.numbers[0] == 2)
            .unwrap()
            .bytes
    };
    let (groups, members) = (plain(&GROUPS, &groups), plain(&MEMBERS, &members));
    judge(&form("kube"), Source::Bytes(&groups), Some(Source::Bytes(&members))).unwrap()
}

fn faults(outcome: &Outcome) -> Vec<(u32, &str)> {
    outcome
        .rows
        .iter()
        .flat_map(|(row, faults)| faults.iter().map(|(_, code)| (*row, code.as_str())))
        .collect()
}

#[test]
fn sound_groups_bring_their_members_along() {
    let outcome = judged(|_, _| {});
    assert_eq!(faults(&outcome), []);
    assert_eq!((outcome.judgement.sound, outcome.judgement.members), (3, 15));
}

#[test]
fn a_wrong_count_is_told_at_the_group() {
    assert_eq!(faults(&judged(|groups, _| groups[1][7] = "6".into())), [(3, "member_count_mismatch")]);
    assert_eq!(faults(&judged(|_, members| drop(members.remove(6)))), [(3, "member_count_mismatch")]);
}

#[test]
fn a_group_without_members_or_leader_is_faulty() {
    assert_eq!(faults(&judged(|_, members| drop(members.drain(5..10)))), [(3, "member_missing")]);
    let other = |groups: &mut Vec<Vec<Put>>| groups[0][5] = "6472004611013068".into();
    assert_eq!(faults(&judged(|groups, _| other(groups))), [(2, "leader_not_member")]);
}

#[test]
fn what_is_wrong_with_a_member_makes_the_group_faulty() {
    let outcome = judged(|_, members| members[7][1] = "6472".into());
    assert_eq!(faults(&outcome), [(3, "nik_malformed")]);
    assert_eq!(faults(&judged(|_, members| members[7][2] = "".into())), [(3, "name_missing")]);
    assert_eq!((outcome.judgement.sound, outcome.judgement.faulty), (2, 1));
}

#[test]
fn a_person_is_in_one_group_once() {
    let again = |from: usize, to: usize| judged(move |_, members| members[to][1] = members[from][1].clone());
    assert_eq!(faults(&again(1, 8)), [(3, "member_in_two_groups")]);
    assert_eq!(faults(&again(1, 3)), [(2, "duplicate_in_file")]);
}

#[test]
fn members_of_no_group_are_told_apart() {
    let outcome = judged(|_, members| {
        let mut lost = members[0].clone();
        lost[0] = "KUBE-0000".into();
        lost[1] = "6472004611013068".into();
        members.push(lost);
    });
    assert_eq!(faults(&outcome), []);
    let loose = &outcome.judgement.loose;
    assert_eq!(
        (loose[0].file, loose[0].row, loose[0].fault.found.as_str()),
        (File::Members, 17, "KUBE-0000")
    );
    assert_eq!(loose[0].fault.code.as_str(), "group_unknown");
}
