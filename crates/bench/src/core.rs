//! The rules alone, without a database: one decision, and the proof of a large definition under a large roster.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use salur_core::calendar::Calendar;
use salur_core::case::Case;
use salur_core::command::Command;
use salur_core::decide::{Draft, decide, enter};
use salur_core::event::{Acted, Entry, FactsRef};
use salur_core::proof::{Standing, prove_payment, prove_with};
use salur_core::request::{Request, apply};
use salur_core::roster::{Acting, Capacity, Delegation, Grant, Papers, Person, Roster};
use salur_core::workflow::Workflow;
use salur_core::world::{Actor, Context, Policy, Workflows, World};
use salur_core::{ActingId, DelegationId, Digest, PersonId, RecipientId, RegionCode, RequestId, Rupiah};
use uuid::Uuid;

const KUBE: &str = include_str!("../../../workflows/kube.toml");
const POLICY: &str = include_str!("../../../data/policy.toml");
const CHECKS: [&str; 4] = ["survey", "registry", "legal", "budget"];
const LINKS: usize = 23;
const REGIONS: u128 = 500;
const PEOPLE: u128 = 10_000;
const DECISIONS: u32 = 200_000;

/// Prints the figures.
pub(crate) fn measure(rounds: usize) -> Result<()> {
    println!("\n## core");
    let text = large();
    let regions: Vec<RegionCode> = (0..REGIONS).map(region).collect();
    let roster = roster();
    let policy = Policy::parse(POLICY)?;
    let day = jiff::civil::date(2026, 3, 2);
    let mut took: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for _ in 0..rounds {
        let started = Instant::now();
        let workflow = Workflow::parse(&text)?;
        let checked = started.elapsed();
        let proof = prove_payment(&workflow);
        let proved = started.elapsed();
        let standing = Standing { roster: &roster, policy: &policy, regions: &regions, day };
        let with = prove_with(&workflow, &standing);
        let all = started.elapsed();
        let millis = |time: std::time::Duration| time.as_secs_f64() * 1e3;
        took.entry("check").or_default().push(millis(checked));
        took.entry("prove").or_default().push(millis(proved.saturating_sub(checked)));
        took.entry("prove with the roster").or_default().push(millis(all.saturating_sub(proved)));
        took.entry("together").or_default().push(millis(all));
        if took.get("together").is_some_and(|times| times.len() == 1) {
            let named = with.fewest.as_ref().map_or(0, |fewest| fewest.persons.len());
            println!(
                "{} stages, {} actions, {PEOPLE} people, {REGIONS} regions: at least {:?} persons, {named} named, {} findings, {} drills",
                workflow.stages.len(),
                workflow.actions.len(),
                proof.persons(),
                with.findings.len(),
                with.drills.len()
            );
        }
    }
    for (what, times) in took {
        println!("{what}: {:.1} ms", crate::median(times));
    }
    decisions(roster, policy)
}

/// A definition of thirty stages, on the way of which eight persons act.
fn large() -> String {
    let mut more = String::new();
    for link in 0..LINKS {
        let check = CHECKS.get(link % CHECKS.len()).copied().unwrap_or("survey");
        let next = if link + 1 == LINKS { "approval".into() } else { format!("s{}", link + 1) };
        // Writing to a String cannot fail.
        let _ = write!(
            more,
            "[stage.s{link}]\ntitle = {{ id = \"Tahap {link}\", en = \"Stage {link}\" }}\nphase = \"verification\"\n\
             served_by = {{ role = \"{check}\" }}\nsla = {{ target = \"2wd\" }}\n\n\
             [action.pass{link}]\ntitle = {{ id = \"Teruskan {link}\", en = \"Pass {link}\" }}\nfrom = [\"s{link}\"]\n\
             to = \"{next}\"\nby = [\"{check}\"]\ncounts_as = \"{check}\"\n\n\
             [action.back{link}]\ntitle = {{ id = \"Kembalikan {link}\", en = \"Return {link}\" }}\n\
             from = [\"s{link}\"]\nto = \"input\"\nby = [\"{check}\"]\nkind = \"rework\"\nreason = \"required\"\n\
             max_visits = 5\n\n"
        );
    }
    let duties = CHECKS.map(|check| format!(", \"{check}\"")).concat();
    KUBE.replace("to = \"approval\"\nby = [\"verifier\"]", "to = \"s0\"\nby = [\"verifier\"]")
        .replace("\"approve\", \"pay\"]", &format!("\"approve\", \"pay\"{duties}]"))
        .replace("min_persons = 4", "min_persons = 8")
        .replace("[action.submit]", &format!("{more}[action.submit]"))
}

fn region(number: u128) -> RegionCode {
    format!("64.{:02}.{:02}", number / 50 + 1, number % 50 + 1).as_str().into()
}

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number + 1))
}

fn roster() -> Roster {
    let roles = ["clerk", "verifier", "treasurer", "admin", "survey", "registry", "legal", "budget"];
    let people = (0..PEOPLE).map(|number| {
        let place = usize::try_from(number / REGIONS).unwrap_or(0) % roles.len();
        let held = roles.get(place).copied().unwrap_or("clerk");
        let (role, region) =
            if number == 0 { ("governor", "64".into()) } else { (held, region(number % REGIONS)) };
        Person {
            id: person(number),
            staff_no: number.to_string(),
            name: format!("Pegawai {number}"),
            active: true,
            grants: vec![Grant { role: role.into(), region }],
        }
    });
    let (from_day, to_day) = (jiff::civil::date(2026, 3, 1), jiff::civil::date(2026, 3, 30));
    let delegations = (1..100).map(|number| Delegation {
        id: DelegationId(Uuid::from_u128(number)),
        from: person(number),
        to: person(number + 4000),
        role: "clerk".into(),
        region: region(number % REGIONS),
        schemes: None,
        amount_max: Some(Rupiah(50_000_000)),
        from_day,
        to_day,
        source: "ND 1/2026".into(),
    });
    let acting = Acting {
        id: ActingId(Uuid::from_u128(1)),
        person: person(9_000),
        role: "governor".into(),
        region: "64".into(),
        capacity: Capacity::Plh,
        decree: "SK 1/2026".into(),
        from_day,
        to_day,
        for_whom: Some(person(0)),
    };
    let papers = Papers { delegations: delegations.collect(), actings: vec![acting], ..Papers::default() };
    Roster::new(people).with_papers(papers)
}

/// One decision, allowed and refused, in a world with all these people.
fn decisions(roster: Roster, policy: Policy) -> Result<()> {
    let workflow = Workflow::parse(KUBE)?;
    let scheme = workflow.scheme.clone();
    let world = World {
        workflows: Workflows::new([workflow]),
        roster: Arc::new(roster),
        calendar: Arc::new(Calendar::new("Asia/Makassar", [], 2026..=2026)?),
        policy: Arc::new(policy),
        regions: Arc::default(),
    };
    let workflow = world.workflows.current(&scheme).context("the workflow")?;
    let at: Timestamp = "2026-03-02T01:00:00Z".parse()?;
    let context = |number: u128| -> Result<Context<'_>> {
        let person = world.roster.person(person(number)).context("the person")?;
        Ok(Context { world: &world, actor: Actor { person, for_whom: None }, at })
    };
    let (clerk, verifier) = (1, REGIONS + 1);
    let digest = Digest([1; 32]);
    let draft = Draft {
        year: 2026,
        region: region(1),
        recipient: RecipientId(Uuid::from_u128(1)),
        facts: FactsRef { version: 1, digest, account: digest },
        amount: Rupiah(20_000_000),
        referred: false,
        origin: None,
    };
    let entered =
        enter(&context(clerk)?, workflow, &draft).map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
    let mut request = fold(None, 1, clerk, entered, at)?;
    let act = |name: &str| {
        let fields = [("identity", "match"), ("documents", "complete")];
        let fields = fields.into_iter().filter(|_| name == "verify");
        let fields = fields.map(|(field, value)| (field.into(), value.into())).collect();
        Command::named(name.into(), None, fields)
    };
    let case = Case { context: context(clerk)?, workflow, request: &request, line: None };
    let submitted = decide(&case, &act("submit")).map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
    for acted in submitted {
        request = fold(Some(request), 2, clerk, acted, at)?;
    }
    for (what, who) in [("decide, allowed", verifier), ("decide, refused with who could", clerk)] {
        let case = Case { context: context(who)?, workflow, request: &request, line: None };
        let command = act("verify");
        let started = Instant::now();
        let mut allowed = 0_u32;
        for _ in 0..DECISIONS {
            allowed += u32::from(std::hint::black_box(decide(std::hint::black_box(&case), &command)).is_ok());
        }
        let each = started.elapsed().as_secs_f64() * 1e6 / f64::from(DECISIONS);
        println!("{what}: {each:.2} us ({allowed} of {DECISIONS} allowed)");
    }
    Ok(())
}

fn fold(before: Option<Request>, seq: u32, actor: u128, acted: Acted, at: Timestamp) -> Result<Request> {
    let entry = Entry { seq, at, actor: person(actor), for_whom: acted.for_whom, event: acted.event };
    Ok(apply(before, RequestId(Uuid::from_u128(1)), &entry)?)
}
